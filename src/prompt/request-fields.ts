import type {
  Blob,
  CodeExecutionResult,
  Content,
  ExecutableCode,
  FileData,
  FunctionCall,
  FunctionDeclaration,
  FunctionResponse,
  GenerateContentRequest,
  GenerationConfig,
  Part,
  SafetySetting,
  ThinkingConfig,
  Tool,
  ToolConfig,
  VideoMetadata,
} from '../wire/generate-content.ts';

/**
 * The messages of a request and what each field holds, from the protobuf definitions of Vertex AI (v1) and the
 * Developer API (v1beta) and the SDK's types (@google/genai 2.32). `KIND[]` is a list.
 */
export type FieldKind = SingleKind | `${SingleKind}[]`;
export type SingleKind =
  | MessageName
  | 'string'
  | 'number'
  | 'boolean'
  | 'role'
  | 'threshold'
  /** A length of time: "1.5s", or {seconds, nanos} as some documents print it. */
  | 'duration'
  /** An OpenAPI schema: keywords are the service's words, property names the user's. */
  | 'schema'
  /** Nested messages without user-chosen names, whose fields are not listed here. */
  | 'config'
  /** An object, and any value, of the user's own. */
  | 'object'
  | 'any';

export type MessageName =
  | 'Request'
  | 'Content'
  | 'Part'
  | 'Blob'
  | 'FileData'
  | 'VideoMetadata'
  | 'FunctionCall'
  | 'FunctionResponse'
  | 'ExecutableCode'
  | 'CodeExecutionResult'
  | 'PartMediaResolution'
  | 'GenerationConfig'
  | 'ThinkingConfig'
  | 'SafetySetting'
  | 'Tool'
  | 'FunctionDeclaration'
  | 'ToolConfig'
  | 'FunctionCallingConfig';

type Fields<T> = Record<keyof T, FieldKind> & Record<string, FieldKind>;

export const MESSAGES = {
  Request: {
    contents: 'Content[]',
    systemInstruction: 'Content',
    tools: 'Tool[]',
    toolConfig: 'ToolConfig',
    safetySettings: 'SafetySetting[]',
    generationConfig: 'GenerationConfig',
    cachedContent: 'string',
    labels: 'object',
    serviceTier: 'string',
    model: 'string',
    continuationToken: 'string',
    modelArmorConfig: 'config',
    generationOutputConfig: 'config',
    store: 'boolean',
  } satisfies Fields<GenerateContentRequest>,
  Content: { role: 'role', parts: 'Part[]' } satisfies Fields<Content>,
  Part: {
    text: 'string',
    inlineData: 'Blob',
    fileData: 'FileData',
    functionCall: 'FunctionCall',
    functionResponse: 'FunctionResponse',
    executableCode: 'ExecutableCode',
    codeExecutionResult: 'CodeExecutionResult',
    audioTranscription: 'object',
    toolCall: 'object',
    toolResponse: 'object',
    thought: 'boolean',
    thoughtSignature: 'string',
    videoMetadata: 'VideoMetadata',
    mediaResolution: 'PartMediaResolution',
    mediaProcessing: 'string',
    speechMetadata: 'config',
    partMetadata: 'object',
  } satisfies Fields<Part>,
  Blob: { mimeType: 'string', data: 'string', displayName: 'string' } satisfies Fields<Blob>,
  FileData: { mimeType: 'string', fileUri: 'string', displayName: 'string' } satisfies Fields<FileData>,
  VideoMetadata: {
    startOffset: 'duration',
    endOffset: 'duration',
    fps: 'number',
  } satisfies Fields<VideoMetadata>,
  FunctionCall: {
    id: 'string',
    name: 'string',
    args: 'object',
    partialArgs: 'any',
    willContinue: 'boolean',
  } satisfies Fields<FunctionCall>,
  FunctionResponse: {
    id: 'string',
    name: 'string',
    response: 'object',
    parts: 'Part[]',
    scheduling: 'string',
    willContinue: 'boolean',
  } satisfies Fields<FunctionResponse>,
  ExecutableCode: { language: 'string', code: 'string' } satisfies Fields<ExecutableCode>,
  CodeExecutionResult: { outcome: 'string', output: 'string' } satisfies Fields<CodeExecutionResult>,
  PartMediaResolution: { level: 'string', numTokens: 'number' },
  GenerationConfig: {
    temperature: 'number',
    topP: 'number',
    topK: 'number',
    candidateCount: 'number',
    maxOutputTokens: 'number',
    stopSequences: 'string[]',
    seed: 'number',
    presencePenalty: 'number',
    frequencyPenalty: 'number',
    responseLogprobs: 'boolean',
    logprobs: 'number',
    responseMimeType: 'string',
    responseSchema: 'schema',
    responseJsonSchema: 'any',
    responseFormat: 'any',
    responseModalities: 'string[]',
    mediaResolution: 'string',
    speechConfig: 'config',
    thinkingConfig: 'ThinkingConfig',
    imageConfig: 'config',
    audioTranscriptionConfig: 'config',
    audioTimestamp: 'boolean',
    routingConfig: 'config',
    modelConfig: 'config',
    translationConfig: 'config',
    enableAffectiveDialog: 'boolean',
    enableEnhancedCivicAnswers: 'boolean',
  } satisfies Fields<GenerationConfig>,
  ThinkingConfig: {
    includeThoughts: 'boolean',
    thinkingBudget: 'number',
    thinkingLevel: 'string',
  } satisfies Fields<ThinkingConfig>,
  SafetySetting: {
    category: 'string',
    threshold: 'threshold',
    method: 'string',
  } satisfies Fields<SafetySetting>,
  Tool: {
    functionDeclarations: 'FunctionDeclaration[]',
    googleSearch: 'config',
    googleSearchRetrieval: 'config',
    codeExecution: 'config',
    urlContext: 'config',
    googleMaps: 'config',
    computerUse: 'config',
    retrieval: 'config',
    enterpriseWebSearch: 'config',
    exaAiSearch: 'config',
    parallelAiSearch: 'config',
    fileSearch: 'config',
    mcpServers: 'any',
  } satisfies Fields<Tool>,
  FunctionDeclaration: {
    name: 'string',
    description: 'string',
    parameters: 'schema',
    parametersJsonSchema: 'any',
    response: 'schema',
    responseJsonSchema: 'any',
    behavior: 'string',
  } satisfies Fields<FunctionDeclaration>,
  ToolConfig: {
    functionCallingConfig: 'FunctionCallingConfig',
    retrievalConfig: 'config',
    includeServerSideToolInvocations: 'boolean',
  } satisfies Fields<ToolConfig>,
  FunctionCallingConfig: {
    mode: 'string',
    allowedFunctionNames: 'string[]',
    streamFunctionCallArguments: 'boolean',
  } satisfies Fields<NonNullable<ToolConfig['functionCallingConfig']>>,
} as const satisfies Record<MessageName, Readonly<Record<string, FieldKind>>>;

/**
 * The field that a key stands for in whatever spelling the documents print it: `inline_data`, `inlineDATA` and
 * `inlineData` are one. Undefined for a key the message does not have.
 */
export function fieldOf(message: MessageName, key: string): { name: string; kind: FieldKind } | undefined {
  const name = SPELLINGS.get(`${message}.${folded(key)}`);
  if (name === undefined) return undefined;
  const fields: Readonly<Record<string, FieldKind>> = MESSAGES[message];
  const kind = fields[name];
  return kind === undefined ? undefined : { name, kind };
}

/** What the items of a list field are; undefined for a field that is no list. */
export function itemKind(kind: FieldKind): SingleKind | undefined {
  return kind.endsWith('[]') ? (kind.slice(0, -2) as SingleKind) : undefined;
}

export function isMessage(kind: string): kind is MessageName {
  return Object.hasOwn(MESSAGES, kind);
}

const SPELLINGS = new Map(
  Object.entries(MESSAGES).flatMap(([message, fields]) =>
    Object.keys(fields).map((name): [string, string] => [`${message}.${folded(name)}`, name]),
  ),
);

function folded(key: string): string {
  return key.replaceAll('_', '').toLowerCase();
}
