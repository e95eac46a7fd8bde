import type { Service } from '../messages/field.ts';
import type { Violation } from '../messages/reader.ts';
import type { ReceivedGenerationConfig, ReceivedRequest } from '../received-request.ts';

/** Numbers are within the ranges that hold for every model. */
export function* numbersInRange({ generationConfig = {} }: ReceivedRequest): Iterable<Violation> {
  for (const [name, [lowest, highest]] of Object.entries(RANGES)) {
    const value = generationConfig[name as keyof typeof RANGES];
    if (value !== undefined && !(value >= lowest && value <= highest)) {
      yield outOfRange(name, value, lowest, highest);
    }
  }
  const { stopSequences = [], logprobs, responseLogprobs } = generationConfig;
  if (stopSequences.length > 5) yield outOfRange('stopSequences', stopSequences.length, 1, 5);
  if (stopSequences.includes('')) {
    yield { field: `${CONFIG}.stop_sequences`, description: 'stop sequences must not be empty.' };
  }
  if (logprobs !== undefined && responseLogprobs !== true) {
    const description = 'logprobs may only be set when response_logprobs is true.';
    yield { field: `${CONFIG}.logprobs`, description };
  }
}

/** The Developer API declares topK as an integer, Vertex AI as a float. */
export function* topKIsWhole({ generationConfig }: ReceivedRequest, service: Service): Iterable<Violation> {
  const topK = generationConfig?.topK;
  if (service !== 'developer' || topK === undefined || Number.isInteger(topK)) return;
  const field = `${CONFIG}.top_k`;
  yield { field, description: `Invalid value at '${field}' (TYPE_INT32), ${topK}` };
}

/** Fields that exclude each other. */
export function* choicesAreExclusive({ generationConfig = {} }: ReceivedRequest): Iterable<Violation> {
  const { responseSchema, responseJsonSchema, thinkingConfig } = generationConfig;
  if (responseSchema !== undefined && responseJsonSchema !== undefined) {
    const description = 'Only one of response_schema and response_json_schema may be set.';
    yield { field: `${CONFIG}.response_json_schema`, description };
  }
  if (thinkingConfig?.thinkingBudget !== undefined && thinkingConfig.thinkingLevel !== undefined) {
    const description = 'You can only set only one of thinking budget and thinking level.';
    yield { field: `${CONFIG}.thinking_config.thinking_level`, description };
  }
}

/** The answer's form is one that the service (and this emulator: text) can give. */
export function* answerFormIsSupported({ generationConfig = {} }: ReceivedRequest): Iterable<Violation> {
  const { responseMimeType, responseModalities = [] } = generationConfig;
  if (responseMimeType !== undefined && !MIME_TYPES.includes(responseMimeType)) {
    const description = `allowed mimetypes are ${MIME_TYPES.filter((type) => type !== '').join(', ')}.`;
    yield { field: `${CONFIG}.response_mime_type`, description };
  }
  if (hasSchema(generationConfig) && !SCHEMA_MIME_TYPES.includes(responseMimeType ?? '')) {
    const description = `a response schema needs response_mime_type ${SCHEMA_MIME_TYPES.join(' or ')}.`;
    yield { field: `${CONFIG}.response_mime_type`, description };
  }
  if (responseModalities.length > 0 && !responseModalities.includes('TEXT')) {
    const asked = responseModalities.join(', ');
    const description = `The requested combination of response modalities (${asked}) is not supported by the model.`;
    yield { field: `${CONFIG}.response_modalities`, description };
  }
}

const CONFIG = 'generation_config';
const MIME_TYPES = [
  '',
  'text/plain',
  'application/json',
  'application/xml',
  'application/yaml',
  'text/x.enum',
];
const SCHEMA_MIME_TYPES = ['application/json', 'text/x.enum'];

/** Lowest and highest value, both allowed. Penalties go up to, not including, 2. */
const RANGES = {
  temperature: [0, 2],
  topP: [0, 1],
  topK: [1, Number.MAX_SAFE_INTEGER],
  candidateCount: [1, 8],
  maxOutputTokens: [1, Number.MAX_SAFE_INTEGER],
  presencePenalty: [-2, 1.9999999],
  frequencyPenalty: [-2, 1.9999999],
  logprobs: [0, 20],
} as const satisfies Partial<Record<keyof ReceivedGenerationConfig, readonly [number, number]>>;

function outOfRange(name: string, value: number, lowest: number, highest: number): Violation {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const description =
    `Unable to submit request because it has a ${name} value of ${value} but the supported range is from ` +
    `${lowest} (inclusive) to ${highest} (inclusive). Update the value and try again.`;
  return { field: `${CONFIG}.${snake}`, description };
}

function hasSchema(config: ReceivedGenerationConfig): boolean {
  return config.responseSchema !== undefined || config.responseJsonSchema !== undefined;
}
