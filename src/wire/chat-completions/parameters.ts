import { isFields } from '../fold-fields.ts';
import type { GenerateContentRequest, GenerationConfig, ThinkingConfig } from '../generate-content.ts';
import { fitsStrict, jsonSchemaOf } from '../json-schema.ts';
import type { Dialect, Effort } from './dialect.ts';
import type { Losses } from './losses.ts';
import { DETAILS } from './media-part.ts';

/** Parameters that differ in their name alone. */
export const SAME_PARAMETERS = {
  temperature: 'temperature',
  topP: 'top_p',
  seed: 'seed',
  stopSequences: 'stop',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
} as const satisfies Partial<Record<keyof GenerationConfig, string>>;

/** The name that a schema must have; nobody sees it. */
const SCHEMA_NAME = 'answer';

/** A configuration in the dialect's words; only what is set is said. */
export function parametersOf(
  config: GenerationConfig,
  dialect: Dialect,
  losses: Losses,
): Record<string, unknown> {
  const { responseMimeType, responseSchema, responseJsonSchema, thinkingConfig, ...others } = config;
  const said: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) continue;
    const word = wordOf(name, dialect);
    if (word !== undefined) said[word] = value;
    else if (!isWithoutEffect(name, value, dialect)) losses.leftOut(name);
  }
  const format = responseFormat(responseMimeType, responseJsonSchema ?? responseSchema, losses);
  if (format) said.response_format = format;
  const effort = thinkingConfig && effortOf(thinkingConfig, dialect, losses);
  if (effort !== undefined) said.reasoning_effort = effort;
  return said;
}

function wordOf(name: string, dialect: Dialect): string | undefined {
  if (name === 'maxOutputTokens') return dialect.maxTokens;
  if (name === 'candidateCount') return dialect.candidates ? 'n' : undefined;
  if (name === 'topK') return dialect.topK ? 'top_k' : undefined;
  return Object.hasOwn(SAME_PARAMETERS, name)
    ? SAME_PARAMETERS[name as keyof typeof SAME_PARAMETERS]
    : undefined;
}

/** What is said by saying nothing, or elsewhere. */
function isWithoutEffect(name: string, value: unknown, dialect: Dialect): boolean {
  if (name === 'candidateCount') return value === 1;
  if (name === 'responseModalities') return Array.isArray(value) && value.every((each) => each === 'TEXT');
  // It is said of each image (imageResolution).
  return name === 'mediaResolution' && dialect.imageDetail && DETAILS[String(value)] !== undefined;
}

/** The resolution that images have unless they say their own. */
export function imageResolution(config: GenerationConfig | undefined): { level: string } | undefined {
  const level = config?.mediaResolution;
  return level !== undefined && DETAILS[level] !== undefined ? { level } : undefined;
}

function responseFormat(
  mimeType: string | undefined,
  schema: unknown,
  losses: Losses,
): Record<string, unknown> | undefined {
  if (mimeType === 'text/x.enum') losses.changed('text/x.enum', 'JSON: the answer stands in quotes');
  else if (mimeType !== undefined && mimeType !== 'application/json' && mimeType !== 'text/plain') {
    losses.leftOut(`responseMimeType ${mimeType}`);
  }
  if (schema === undefined) return mimeType === 'application/json' ? { type: 'json_object' } : undefined;
  const json = jsonSchemaOf(schema);
  // Strict where it may be: OpenAI refuses any other schema so, and the servers of this machine hold to all of them.
  const strict = isFields(json) && json.type === 'object' && fitsStrict(json) ? { strict: true } : {};
  return { type: 'json_schema', json_schema: { name: SCHEMA_NAME, ...strict, schema: json } };
}

/** Tokens of thinking up to which each effort goes, as Google's own layer of this language has it. */
export const EFFORT_TOKENS: readonly (readonly [Effort, number])[] = [
  ['none', 0],
  ['low', 1024],
  ['medium', 8192],
  ['high', 24_576],
];

function effortOf(
  { thinkingLevel, thinkingBudget }: ThinkingConfig,
  dialect: Dialect,
  losses: Losses,
): string | undefined {
  if (thinkingLevel !== undefined) {
    const wanted = thinkingLevel.toLowerCase();
    if (dialect.efforts.some((effort) => effort === wanted)) return wanted;
    return nearest(
      `thinkingLevel ${thinkingLevel}`,
      wanted === 'minimal' ? 'low' : undefined,
      dialect,
      losses,
    );
  }
  // -1 leaves it to the model, which is what saying nothing does.
  if (thinkingBudget === undefined || thinkingBudget < 0) return undefined;
  const [effort, tokens] = EFFORT_TOKENS.find(([, most]) => thinkingBudget <= most) ?? ['high', -1];
  const exact = thinkingBudget === tokens && dialect.efforts.includes(effort as Effort);
  return exact ? effort : nearest(`thinkingBudget ${thinkingBudget}`, effort as Effort, dialect, losses);
}

function nearest(
  what: string,
  effort: Effort | undefined,
  dialect: Dialect,
  losses: Losses,
): string | undefined {
  const said = effort && (dialect.efforts.includes(effort) ? effort : dialect.efforts[0]);
  if (said === undefined) losses.leftOut(what);
  else losses.changed(what, `reasoning_effort ${said}`);
  return said;
}

/** The tiers under their names here. */
export function serviceTierOf({ serviceTier }: GenerateContentRequest): string | undefined {
  const tier = serviceTier?.toLowerCase();
  return tier === 'standard' ? 'default' : tier;
}
