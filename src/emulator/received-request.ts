/**
 * A request after messages/reader has checked it: names and lists are as declared, but any field may be missing, since
 * proto3 requires none. Only the fields that the emulator looks at are named.
 */
export type ReceivedRequest = {
  contents?: ReceivedContent[];
  systemInstruction?: ReceivedContent;
  tools?: ReceivedTool[];
  toolConfig?: { functionCallingConfig?: { mode?: string; allowedFunctionNames?: string[] } };
  safetySettings?: { category?: string; threshold?: string }[];
  generationConfig?: ReceivedGenerationConfig;
  cachedContent?: string;
  labels?: Record<string, string>;
  modelArmorConfig?: Record<string, unknown>;
};

export type ReceivedContent = { role?: string; parts?: ReceivedPart[] };

export type ReceivedPart = {
  text?: string;
  inlineData?: ReceivedBlob;
  fileData?: { mimeType?: string; fileUri?: string; displayName?: string };
  functionCall?: { id?: string; name?: string; args?: Record<string, unknown> };
  functionResponse?: {
    id?: string;
    name?: string;
    response?: Record<string, unknown>;
    parts?: ReceivedPart[];
  };
  executableCode?: { language?: string; code?: string };
  codeExecutionResult?: { outcome?: string; output?: string };
  audioTranscription?: { text?: string };
  toolCall?: Record<string, unknown>;
  toolResponse?: Record<string, unknown>;
  thought?: boolean;
  videoMetadata?: { startOffset?: string; endOffset?: string; fps?: number };
  mediaResolution?: { level?: string };
};

/** `data` is base64 in either alphabet. */
export type ReceivedBlob = { mimeType?: string; data?: string; displayName?: string };

type ReceivedTool = { functionDeclarations?: ReceivedFunctionDeclaration[]; [tool: string]: unknown };

export type ReceivedFunctionDeclaration = {
  name?: string;
  parameters?: ReceivedSchema;
  parametersJsonSchema?: unknown;
  response?: ReceivedSchema;
  responseJsonSchema?: unknown;
};

/** The API's OpenAPI subset; `type` is upper case, counts are numbers or numeric strings. */
export type ReceivedSchema = {
  type?: string;
  enum?: string[];
  items?: ReceivedSchema;
  properties?: Record<string, ReceivedSchema>;
  required?: string[];
  anyOf?: ReceivedSchema[];
};

export type ReceivedGenerationConfig = {
  temperature?: number;
  topP?: number;
  topK?: number;
  candidateCount?: number;
  maxOutputTokens?: number;
  stopSequences?: string[];
  responseLogprobs?: boolean;
  logprobs?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  responseMimeType?: string;
  responseSchema?: ReceivedSchema;
  responseJsonSchema?: unknown;
  responseFormat?: { text?: { mimeType?: string; schema?: unknown } }[];
  responseModalities?: string[];
  mediaResolution?: string;
  audioTranscriptionConfig?: { diarization?: boolean; wordTimestamp?: boolean };
  thinkingConfig?: { includeThoughts?: boolean; thinkingBudget?: number; thinkingLevel?: string };
};
