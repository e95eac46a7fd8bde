import type {
  Content,
  GenerateContentRequest,
  GenerationConfig,
  Part,
  SafetySetting,
  Tool,
} from '../wire/generate-content.ts';

/** What a request is made from; nothing is sent that was not given. */
export type RequestParts = {
  /** The request of a file, to which all else is added. */
  base?: GenerateContentRequest | undefined;
  parts: readonly Part[];
  system?: string | undefined;
  generationConfig?: GenerationConfig | undefined;
  safetySettings?: readonly SafetySetting[];
  tools?: readonly Tool[];
  labels?: Readonly<Record<string, string>>;
  cachedContent?: string | undefined;
};

/**
 * The request: the file's, with the parts added to its last user turn (or as a new one) and what the flags say in
 * place of what it says; safety settings are replaced by category, tools are added.
 */
export function buildRequest(from: RequestParts): GenerateContentRequest {
  const { base } = from;
  const request: GenerateContentRequest = { ...base, contents: withParts(base?.contents ?? [], from.parts) };
  if (from.system) request.systemInstruction = { parts: [{ text: from.system }] };
  const tools = [...(base?.tools ?? []), ...(from.tools ?? [])];
  if (tools.length > 0) request.tools = tools;
  const safety = new Map(
    [...(base?.safetySettings ?? []), ...(from.safetySettings ?? [])].map((setting) => [
      setting.category,
      setting,
    ]),
  );
  if (safety.size > 0) request.safetySettings = [...safety.values()];
  const generationConfig = mergeGenerationConfig(base?.generationConfig, from.generationConfig);
  if (generationConfig && Object.keys(generationConfig).length > 0)
    request.generationConfig = generationConfig;
  if (from.cachedContent) request.cachedContent = from.cachedContent;
  if (from.labels && Object.keys(from.labels).length > 0)
    request.labels = { ...base?.labels, ...from.labels };
  return request;
}

function withParts(contents: readonly Content[], parts: readonly Part[]): Content[] {
  if (parts.length === 0) return [...contents];
  const last = contents.at(-1);
  if (last?.role !== 'user') return [...contents, { role: 'user', parts: [...parts] }];
  return [...contents.slice(0, -1), { ...last, parts: [...last.parts, ...parts] }];
}

/** Flags win field by field; a thinking level and a budget exclude each other, so that thinkingConfig is one field. */
function mergeGenerationConfig(
  base: GenerationConfig | undefined,
  flags: GenerationConfig | undefined,
): GenerationConfig | undefined {
  if (!base || !flags) return flags ?? base;
  const merged = { ...base, ...flags };
  if (flags.responseJsonSchema !== undefined) delete merged.responseSchema;
  if (flags.responseSchema !== undefined) delete merged.responseJsonSchema;
  return merged;
}
