import type { ModalityTokenCount, UsageMetadata } from '../../wire/generate-content.ts';

/** The tokens of some turns together, in words: `1,434 in (258 image, 1,176 text; 1,024 cached), 210 out, 40 thinking`. */
export function tokensInWords(usages: readonly (UsageMetadata | undefined)[]): string {
  const sum = (of: (usage: UsageMetadata) => number | undefined) =>
    usages.reduce((total, usage) => total + ((usage && of(usage)) || 0), 0);
  const cached = sum((usage) => usage.cachedContentTokenCount);
  const thoughts = sum((usage) => usage.thoughtsTokenCount);
  const tools = sum((usage) => usage.toolUsePromptTokenCount);
  const prompt = [
    ...byModality(usages.flatMap((usage) => usage?.promptTokensDetails ?? [])),
    ...(cached > 0 ? [`${number(cached)} cached`] : []),
  ].join(', ');
  const answer = byModality(usages.flatMap((usage) => usage?.candidatesTokensDetails ?? []));
  const unknown = usages.filter((usage) => usage === undefined).length;
  return [
    `${number(sum((usage) => usage.promptTokenCount))} in${prompt && ` (${prompt})`}`,
    `${number(sum((usage) => usage.candidatesTokenCount))} out${answer.length > 1 ? ` (${answer.join(', ')})` : ''}`,
    ...(thoughts > 0 ? [`${number(thoughts)} thinking`] : []),
    ...(tools > 0 ? [`${number(tools)} from tools`] : []),
    ...(unknown > 0 ? [`${unknown} ${unknown === 1 ? 'turn' : 'turns'} uncounted`] : []),
  ].join(', ');
}

function byModality(details: readonly ModalityTokenCount[]): string[] {
  const totals = new Map<string, number>();
  for (const { modality, tokenCount = 0 } of details) {
    totals.set(modality, (totals.get(modality) ?? 0) + tokenCount);
  }
  return [...totals].map(([modality, tokens]) => `${number(tokens)} ${modality.toLowerCase()}`);
}

function number(value: number): string {
  return value.toLocaleString('en');
}
