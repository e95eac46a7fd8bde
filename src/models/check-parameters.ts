import type { GenerationConfig, ThinkingConfig } from '../wire/generate-content.ts';
import { familyOf, type Range, type RangedParameter, type Remark, type Thinking } from './families.ts';

/**
 * Holds a configuration against what is documented of the model (models/families). `errors` are what the service
 * would refuse; `warnings` what it is said to ignore or not to support, or what may have changed since: such a
 * request is still sent. A model that is not in the table gets neither.
 */
export function checkParameters(
  model: string,
  config: GenerationConfig,
): { errors: string[]; warnings: string[] } {
  const errors: string[] = [];
  const warnings: string[] = [];
  const family = familyOf(model);
  if (family === undefined) return { errors, warnings };

  for (const name of RANGED) {
    const range = family.ranges[name];
    const value = config[name];
    if (range === undefined || typeof value !== 'number' || (value >= range.min && value <= range.max))
      continue;
    const finding = `${model} takes ${name} ${rangeInWords(range)}, not ${value}`;
    if (range.hard) errors.push(finding);
    else warnings.push(finding);
  }
  for (const [name, remark] of Object.entries(family.remarks ?? {})) {
    if (Object.hasOwn(config, name)) warnings.push(`${model} ${REMARKS[remark]} ${name}`);
  }
  if (family.thinking !== undefined && config.thinkingConfig !== undefined) {
    checkThinking(model, family.thinking, config.thinkingConfig, errors, warnings);
  }
  return { errors, warnings };
}

const RANGED = [
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'candidateCount',
] as const satisfies readonly RangedParameter[];

const REMARKS: Record<Remark, string> = {
  unsupported: 'is documented not to support',
  ignored: 'is documented to ignore',
  refused: 'is documented to refuse',
};

function rangeInWords({ min, max }: Range): string {
  return min === max ? `only as ${min}` : `from ${min} to ${max}`;
}

function checkThinking(
  model: string,
  thinking: Thinking,
  { thinkingBudget, thinkingLevel }: ThinkingConfig,
  errors: string[],
  warnings: string[],
): void {
  if (thinkingBudget !== undefined && thinkingLevel !== undefined) {
    errors.push(`${model} takes thinkingBudget or thinkingLevel, not both`);
  }
  if (thinkingBudget !== undefined && thinking.budgetDeprecated) {
    warnings.push(`${model} is documented to deprecate thinkingBudget; thinkingLevel takes its place`);
  }
  const { budget, levels } = thinking;
  if (thinkingBudget !== undefined && budget !== undefined && !fits(thinkingBudget, budget)) {
    errors.push(
      `${model} takes thinkingBudget from ${budget.min} to ${budget.max}, ${budget.off ? '0 (off) or ' : ''}-1 (dynamic), not ${thinkingBudget}`,
    );
  }
  if (thinkingLevel !== undefined && budget !== undefined) {
    warnings.push(`${model} is documented not to support thinkingLevel, but thinkingBudget`);
  }
  if (thinkingLevel !== undefined && levels !== undefined && !levels.includes(thinkingLevel)) {
    const finding = `${model} takes thinkingLevel ${levels.join(', ')}, not ${thinkingLevel}`;
    if (thinking.levelsHard) errors.push(finding);
    else warnings.push(finding);
  }
}

function fits(tokens: number, { min, max, off }: NonNullable<Thinking['budget']>): boolean {
  return tokens === -1 || (tokens === 0 && off) || (tokens >= min && tokens <= max);
}
