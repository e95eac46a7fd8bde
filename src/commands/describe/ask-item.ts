import type { Backend } from '../../backends/backend.ts';
import { isByteSource } from '../../byte-source.ts';
import type { Context } from '../../context.ts';
import { generate } from '../../generate.ts';
import type { Answer } from '../../many/retry-until-answered.ts';
import type { GenerateContentRequest, GenerateContentResponse, Part } from '../../wire/generate-content.ts';
import { answerText, finishReasonOf } from '../../wire/response.ts';
import { answerFault } from '../answer-faults.ts';
import { checkPrompt } from '../check-prompt.ts';
import type { ComposedPrompt } from '../compose-request.ts';
import { uploadMode } from '../prompt-options.ts';
import { timeLimit } from '../time-limit.ts';
import { uploadMedia } from '../upload-media.ts';

/** Whom all items are asked of, and how. */
export type Asking = {
  /** Its uploader is made once, and it draws no progress of single files. */
  readonly context: Context;
  readonly backend: Backend;
  readonly model: string;
  /** Held against what is documented of model and backend. */
  readonly limits: boolean;
  /** The largest image of each type that was found to fit, in bytes: a smaller one need not be looked at. */
  readonly fitting: Map<string, number>;
};

/** One try of one item. @throws GeminiError when no answer came */
export async function askItem(asking: Asking, prompt: ComposedPrompt, signal: AbortSignal): Promise<Answer> {
  const { context, backend, model, limits } = asking;
  const { config } = context;
  const limited = timeLimit({ config, signal }, (seconds) => `no complete answer within ${seconds} s`);
  try {
    const size = limits ? imageSize(prompt.request) : undefined;
    if (limits && (size === undefined || size.bytes > (asking.fitting.get(size.type) ?? -1))) {
      const rules = {
        limits: backend.limits,
        upload: uploadMode(context),
        canUpload: context.uploader(backend.limits.uriSchemes) !== undefined,
      };
      const target = { backend: backend.name, model };
      await checkPrompt(context, { limits, maxTokensIn: undefined }, target, prompt.request, rules);
      if (size) asking.fitting.set(size.type, size.bytes);
    }
    const sent = encoded(await uploadMedia(context, prompt.request, backend.limits));
    const { response, failure } = await generate({
      backend,
      model,
      request: sent,
      // Nobody watches it come.
      stream: false,
      signal: limited.signal,
      retries: 0,
      keepText: true,
    });
    return await answerOf(response, { ...prompt, request: sent }, failure);
  } finally {
    limited.clear();
  }
}

/** Of a request with one image and nothing else but text: all limits on it are on its type and size. */
function imageSize({ contents }: GenerateContentRequest): { type: string; bytes: number } | undefined {
  const media = contents.flatMap(({ parts }) => parts.filter((part) => part.inlineData ?? part.fileData));
  const [only, ...others] = media;
  const { mimeType: type = '', data } = only?.inlineData ?? {};
  if (others.length > 0 || !type.startsWith('image/') || !isByteSource(data)) return undefined;
  return { type, bytes: data.byteLength };
}

async function answerOf(
  response: GenerateContentResponse,
  prompt: ComposedPrompt,
  failure: Answer['failure'],
): Promise<Answer> {
  const text = answerText(response);
  const fault = failure ?? (await answerFault(response, prompt));
  const { usageMetadata: usage } = response;
  const finishReason = finishReasonOf(response);
  return {
    // What does not fit the schema may be no JSON at all.
    ...(prompt.schema && !fault
      ? { data: JSON.parse(text) }
      : (text !== '' || !fault) && { text: text.trim() }),
    ...(finishReason !== undefined && { finishReason }),
    ...(usage && { usage }),
    failure: fault,
  };
}

/** So small a file takes longer to stream than to encode in one piece. */
const ENCODED_AT_ONCE_BYTES = 64 * 1024;

/** The small media as base64. */
function encoded(request: GenerateContentRequest): GenerateContentRequest {
  const contents = request.contents.map((content) => ({ ...content, parts: content.parts.map(encodedPart) }));
  return { ...request, contents };
}

function encodedPart(part: Part): Part {
  const { inlineData } = part;
  const source = inlineData?.data;
  if (!inlineData || !isByteSource(source) || !source.whole || source.byteLength > ENCODED_AT_ONCE_BYTES)
    return part;
  return { ...part, inlineData: { ...inlineData, data: source.whole.toString('base64') } };
}
