import type { ByteSource } from '../byte-source.ts';

/**
 * The words of generateContent, as Vertex AI (v1) and the Gemini Developer API (v1beta) share them: proto3 JSON,
 * camelCase. Enum fields are `string` where the service adds values over time: an unknown value passes through.
 */

export type Content = { role?: string; parts: Part[] };

/** Exactly one data field per part, beside the modifiers at the end. */
export type Part = {
  text?: string;
  inlineData?: Blob;
  fileData?: FileData;
  functionCall?: FunctionCall;
  functionResponse?: FunctionResponse;
  executableCode?: ExecutableCode;
  codeExecutionResult?: CodeExecutionResult;
  audioTranscription?: AudioTranscription;
  /** The text is the model's thinking, not its answer. */
  thought?: boolean;
  /** Base64; sent back verbatim in the history. */
  thoughtSignature?: string;
  videoMetadata?: VideoMetadata;
  mediaResolution?: { level?: string; numTokens?: number };
};

/** `data` is base64 on the wire; a ByteSource is encoded while the body is sent, never held as a string. */
export type Blob = { mimeType: string; data: string | ByteSource; displayName?: string };
export type FileData = { mimeType?: string; fileUri: string; displayName?: string };
export type FunctionCall = { id?: string; name: string; args?: Record<string, unknown> };
export type FunctionResponse = {
  id?: string;
  name: string;
  response: Record<string, unknown>;
  parts?: Part[];
};
export type ExecutableCode = { language: string; code: string };
export type CodeExecutionResult = { outcome: string; output?: string };
/** Offsets are Durations, such as "1.5s"; `fps` is frames per second, 0 < fps <= 24. */
export type VideoMetadata = { startOffset?: string; endOffset?: string; fps?: number };
export type AudioTranscription = {
  text?: string;
  speakerLabel?: string;
  languageCode?: string;
  words?: { word: string; startOffset?: string; endOffset?: string; speakerLabel?: string }[];
  startOffset?: string;
  endOffset?: string;
  finished?: boolean;
};

export type GenerateContentRequest = {
  contents: Content[];
  systemInstruction?: Content;
  tools?: Tool[];
  toolConfig?: ToolConfig;
  safetySettings?: SafetySetting[];
  generationConfig?: GenerationConfig;
  cachedContent?: string;
  labels?: Record<string, string>;
  serviceTier?: string;
};

export type SafetySetting = { category: string; threshold: string; method?: string };

export type GenerationConfig = {
  temperature?: number;
  topP?: number;
  topK?: number;
  candidateCount?: number;
  maxOutputTokens?: number;
  stopSequences?: string[];
  seed?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  responseLogprobs?: boolean;
  logprobs?: number;
  responseMimeType?: string;
  /** OpenAPI subset with upper-case type names; excludes responseJsonSchema. */
  responseSchema?: Record<string, unknown>;
  /** JSON Schema; excludes responseSchema. */
  responseJsonSchema?: unknown;
  responseModalities?: string[];
  mediaResolution?: string;
  speechConfig?: Record<string, unknown>;
  thinkingConfig?: ThinkingConfig;
  imageConfig?: Record<string, unknown>;
  audioTranscriptionConfig?: Record<string, unknown>;
  /** Vertex AI only. */
  audioTimestamp?: boolean;
};

export type ThinkingConfig = {
  includeThoughts?: boolean;
  /** Tokens; -1 lets the model decide, 0 turns thinking off where the model allows it. */
  thinkingBudget?: number;
  /** LOW, MEDIUM, HIGH, MINIMAL; excludes thinkingBudget. */
  thinkingLevel?: string;
};

export type Tool = {
  functionDeclarations?: FunctionDeclaration[];
  googleSearch?: Record<string, unknown>;
  googleSearchRetrieval?: Record<string, unknown>;
  codeExecution?: Record<string, unknown>;
  urlContext?: Record<string, unknown>;
  googleMaps?: Record<string, unknown>;
};
export type FunctionDeclaration = {
  name: string;
  description?: string;
  parameters?: Record<string, unknown>;
  parametersJsonSchema?: unknown;
  response?: Record<string, unknown>;
};
export type ToolConfig = {
  functionCallingConfig?: { mode?: string; allowedFunctionNames?: string[] };
  retrievalConfig?: Record<string, unknown>;
};

export type GenerateContentResponse = {
  candidates?: Candidate[];
  promptFeedback?: PromptFeedback;
  usageMetadata?: UsageMetadata;
  modelVersion?: string;
  responseId?: string;
  createTime?: string;
};

export type Candidate = {
  content?: Partial<Content>;
  /** Absent while the candidate is still being generated. */
  finishReason?: string;
  finishMessage?: string;
  index?: number;
  safetyRatings?: SafetyRating[];
  citationMetadata?: { citations?: Citation[]; citationSources?: Citation[] };
  groundingMetadata?: GroundingMetadata;
  urlContextMetadata?: { urlMetadata?: { retrievedUrl?: string; urlRetrievalStatus?: string }[] };
  avgLogprobs?: number;
  logprobsResult?: Record<string, unknown>;
  tokenCount?: number;
};

export type SafetyRating = {
  category: string;
  probability?: string;
  blocked?: boolean;
  probabilityScore?: number;
  severity?: string;
  severityScore?: number;
};

export type Citation = {
  startIndex?: number;
  endIndex?: number;
  uri?: string;
  title?: string;
  license?: string;
  publicationDate?: { year?: number; month?: number; day?: number };
};

export type GroundingMetadata = {
  webSearchQueries?: string[];
  searchEntryPoint?: { renderedContent?: string };
  groundingChunks?: {
    web?: { uri?: string; title?: string };
    retrievedContext?: { uri?: string; title?: string };
    maps?: { uri?: string; title?: string };
  }[];
  groundingSupports?: {
    segment?: { partIndex?: number; startIndex?: number; endIndex?: number; text?: string };
    groundingChunkIndices?: number[];
    confidenceScores?: number[];
  }[];
};

export type PromptFeedback = {
  blockReason?: string;
  blockReasonMessage?: string;
  safetyRatings?: SafetyRating[];
};

/** Counts are tokens. In a stream each chunk has the running total: the last one wins. */
export type UsageMetadata = {
  promptTokenCount?: number;
  candidatesTokenCount?: number;
  totalTokenCount?: number;
  thoughtsTokenCount?: number;
  cachedContentTokenCount?: number;
  toolUsePromptTokenCount?: number;
  promptTokensDetails?: ModalityTokenCount[];
  candidatesTokensDetails?: ModalityTokenCount[];
  cacheTokensDetails?: ModalityTokenCount[];
  trafficType?: string;
};
export type ModalityTokenCount = { modality: string; tokenCount?: number };

export type CountTokensResponse = {
  totalTokens: number;
  totalBillableCharacters?: number;
  promptTokensDetails?: ModalityTokenCount[];
};
