import { isByteSource } from '../byte-source.ts';
import type { Content, GenerateContentRequest } from '../wire/generate-content.ts';
import { isObject, isPlainSchema } from './sdk-schema.ts';

/** Which of Google's SDKs, and which of its two services, a request is written for. */
export type Sdk = { readonly language: 'node' | 'python'; readonly vertex: boolean };

/** A request in the shape of the SDKs' generateContent. */
export type SdkRequest = {
  /** Undefined when they stand in `extraBody`. */
  contents: readonly Content[] | undefined;
  /** Fields of the request and of generationConfig, side by side. */
  config: Record<string, unknown>;
  /** What the SDK would drop, change or refuse: merged into the body as it is (httpOptions.extraBody). */
  extraBody: Record<string, unknown>;
};

/**
 * Divides a request into what an SDK sends unchanged and the rest. The rules are those that @google/genai 2.32 and
 * google-genai 3.4 share; a field they are not known to send unchanged goes into the extra body.
 */
export function sdkRequest(request: GenerateContentRequest, sdk: Sdk): SdkRequest {
  const { contents, generationConfig, ...fields } = request;
  const result: SdkRequest = { contents: undefined, config: {}, extraBody: {} };
  if (contents.length > 0 && contents.every(isContent)) result.contents = contents;
  else result.extraBody.contents = contents;
  divide(fields, REQUEST_FIELDS, sdk, result.config, result.extraBody);
  const rest: Record<string, unknown> = {};
  divide(generationConfig ?? {}, GENERATION_FIELDS, sdk, result.config, rest);
  if (Object.keys(rest).length > 0) result.extraBody.generationConfig = rest;
  return result;
}

/** Whether the SDK sends a value of this field unchanged. */
type Unchanged = (value: unknown, sdk: Sdk) => boolean;

function divide(
  fields: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<string, Unchanged>>,
  sdk: Sdk,
  config: Record<string, unknown>,
  rest: Record<string, unknown>,
): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const unchanged = Object.hasOwn(rules, name) ? rules[name] : undefined;
    const target = unchanged && !holdsNull(value) && unchanged(value, sdk) ? config : rest;
    target[name] = value;
  }
}

/** Both SDKs leave out what is null. */
function holdsNull(value: unknown): boolean {
  if (value === null) return true;
  return typeof value === 'object' && !isByteSource(value) && Object.values(value).some(holdsNull);
}

const always: Unchanged = () => true;
const fieldsOf =
  (...names: string[]): Unchanged =>
  (value) =>
    isObject(value) && Object.keys(value).every((name) => names.includes(name));

const REQUEST_FIELDS: Readonly<Record<string, Unchanged>> = {
  systemInstruction: isContent,
  tools: (tools) => Array.isArray(tools) && tools.every(isTool),
  toolConfig: (config) =>
    isObject(config) &&
    fieldsOf('functionCallingConfig')(config, ANY_SDK) &&
    fieldsOf('mode', 'allowedFunctionNames')(config.functionCallingConfig, ANY_SDK),
  safetySettings: (settings, { vertex }) =>
    Array.isArray(settings) &&
    settings.every((setting) =>
      fieldsOf('category', 'threshold', ...(vertex ? ['method'] : []))(setting, ANY_SDK),
    ),
  // Any other name is completed by the SDK.
  cachedContent: (name, { vertex }) =>
    typeof name === 'string' && name.startsWith(vertex ? 'projects/' : 'cachedContents/'),
  labels: always,
  serviceTier: always,
};

const GENERATION_FIELDS: Readonly<Record<string, Unchanged>> = {
  temperature: always,
  topP: always,
  topK: always,
  candidateCount: always,
  maxOutputTokens: always,
  stopSequences: always,
  seed: always,
  presencePenalty: always,
  frequencyPenalty: always,
  responseLogprobs: always,
  logprobs: always,
  responseMimeType: always,
  // The Python SDK adds an order of properties to it.
  responseSchema: (schema, { language }) => language === 'node' && isPlainSchema(schema),
  responseJsonSchema: always,
  responseModalities: always,
  mediaResolution: always,
  thinkingConfig: fieldsOf('includeThoughts', 'thinkingBudget', 'thinkingLevel'),
  imageConfig: fieldsOf('aspectRatio', 'imageSize'),
  audioTimestamp: (_, { vertex }) => vertex,
};

const PART_FIELDS: Readonly<Record<string, Unchanged>> = {
  text: always,
  thought: always,
  thoughtSignature: isBase64,
  inlineData: (blob) =>
    fieldsOf('mimeType', 'data', 'displayName')(blob, ANY_SDK) &&
    isObject(blob) &&
    (isByteSource(blob.data) || isBase64(blob.data)),
  fileData: fieldsOf('mimeType', 'fileUri', 'displayName'),
  functionCall: fieldsOf('id', 'name', 'args'),
  functionResponse: fieldsOf('id', 'name', 'response'),
  executableCode: fieldsOf('language', 'code'),
  codeExecutionResult: fieldsOf('outcome', 'output'),
  videoMetadata: fieldsOf('startOffset', 'endOffset', 'fps'),
  mediaResolution: fieldsOf('level', 'numTokens'),
};

/** For the rules that are the same for all. */
const ANY_SDK: Sdk = { language: 'node', vertex: false };

function isContent(content: unknown): boolean {
  return (
    fieldsOf('role', 'parts')(content, ANY_SDK) &&
    isObject(content) &&
    Array.isArray(content.parts) &&
    content.parts.every(isPart)
  );
}

function isPart(part: unknown): boolean {
  return (
    isObject(part) &&
    !holdsNull(part) &&
    Object.entries(part).every(
      ([name, value]) =>
        value === undefined || (Object.hasOwn(PART_FIELDS, name) && PART_FIELDS[name]?.(value, ANY_SDK)),
    )
  );
}

/** The Python SDK takes bytes: what is not base64, or not written as usual, would not come back the same. */
function isBase64(text: unknown): boolean {
  return typeof text === 'string' && Buffer.from(text, 'base64').toString('base64') === text;
}

/** Tools with settings of their own differ between the services. */
const PLAIN_TOOLS = new Set(['googleSearch', 'googleSearchRetrieval', 'codeExecution', 'urlContext']);

function isTool(tool: unknown): boolean {
  return (
    isObject(tool) &&
    Object.entries(tool).every(([name, value]) =>
      name === 'functionDeclarations'
        ? Array.isArray(value) && value.every(isDeclaration)
        : PLAIN_TOOLS.has(name) && isObject(value) && Object.keys(value).length === 0,
    )
  );
}

function isDeclaration(declaration: unknown): boolean {
  if (!isObject(declaration)) return false;
  const { name, description, parametersJsonSchema: _, ...schemas } = declaration;
  return (
    typeof name === 'string' &&
    (description === undefined || typeof description === 'string') &&
    fieldsOf('parameters', 'response')(schemas, ANY_SDK) &&
    Object.values(schemas).every(isPlainSchema)
  );
}
