import type {
  GenerateContentRequest,
  GenerationConfig,
  Part,
  SafetySetting,
} from '../wire/generate-content.ts';

/** What a request is made from; nothing is sent that was not given. */
export type RequestParts = {
  parts: readonly Part[];
  system?: string | undefined;
  generationConfig?: GenerationConfig | undefined;
  safetySettings?: readonly SafetySetting[] | undefined;
};

/** One user turn with these parts, in their order. */
export function buildRequest(from: RequestParts): GenerateContentRequest {
  const request: GenerateContentRequest = { contents: [{ role: 'user', parts: [...from.parts] }] };
  if (from.system) request.systemInstruction = { parts: [{ text: from.system }] };
  if (from.safetySettings?.length) request.safetySettings = [...from.safetySettings];
  if (from.generationConfig && Object.keys(from.generationConfig).length > 0) {
    request.generationConfig = from.generationConfig;
  }
  return request;
}
