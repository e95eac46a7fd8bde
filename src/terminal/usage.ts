/** What a run cost, in plain numbers. What the server did not report is undefined, not 0. */
export type Usage = {
  promptTokens?: number | undefined;
  /** Tokens of the prompt by modality, in the order shown. */
  promptDetails?: readonly { name: string; tokens: number }[] | undefined;
  cachedTokens?: number | undefined;
  /** Tokens of the answer, thoughts not included. */
  answerTokens?: number | undefined;
  thoughtTokens?: number | undefined;
  /** Milliseconds from sending to the first text; undefined when there was none. */
  firstMs?: number | undefined;
  /** Milliseconds in all. */
  totalMs: number;
};

/** The line of `--usage`: `tokens: 269 in (258 image, 11 text), 42 out; 0.3 s to first text, 1.2 s in all`, newline included. */
export function renderUsage(usage: Usage): string {
  const prompt = (usage.promptDetails ?? []).map(({ name, tokens }) => `${tokens} ${name}`);
  if (usage.cachedTokens) prompt.push(`${usage.cachedTokens} cached`);
  const answer = usage.thoughtTokens ? [`${usage.thoughtTokens} thinking`] : [];
  const tokens = [amount(usage.promptTokens, 'in', prompt), amount(usage.answerTokens, 'out', answer)];
  const known = tokens.filter((part) => part !== '');
  const first = usage.firstMs === undefined ? '' : `${seconds(usage.firstMs)} to first text, `;
  return `tokens: ${known.join(', ') || 'not reported'}; ${first}${seconds(usage.totalMs)} in all\n`;
}

function amount(tokens: number | undefined, direction: string, details: readonly string[]): string {
  if (tokens === undefined) return '';
  return `${tokens} ${direction}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 100 ? 2 : 1)} s`;
}
