import { createJsonBody } from '../http/json-body.ts';
import { streamBody } from '../http/stream-body.ts';
import { shownHeaders } from '../http/trace.ts';
import type { GenerateContentResponse } from '../wire/generate-content.ts';
import type { Backend, BackendAddress, BackendLimits } from './backend.ts';
import { countTokens, countTokensBody } from './count-tokens.ts';
import { contentHeaders, type ExchangeParts, exchange } from './exchange.ts';
import { readChunks } from './stream.ts';

/** The methods of a model resource; the first two answer a GenerateContentRequest. */
export type Method = 'streamGenerateContent?alt=sse' | 'generateContent' | 'countTokens';

export type GenerateContentBackendOptions = ExchangeParts & {
  readonly name: string;
  readonly limits: BackendLimits;
  readonly address: BackendAddress;
  /** The URL of a method of a model; may look up the project, which needs the credential. */
  url(model: string, method: Method): Promise<URL>;
  /** The same without any look-up: what is not known yet stands there as a word in capitals. */
  previewUrl(model: string, method: Method): URL;
};

/** A backend whose wire is generateContent; Vertex AI and the Developer API differ in URL, credential and limits. */
export function createGenerateContentBackend(options: GenerateContentBackendOptions): Backend {
  const { now } = options;
  const methodFor = (stream: boolean): Method =>
    stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return {
    name: options.name,
    limits: options.limits,
    address: options.address,
    preview: (model, request, { stream }) => {
      const body = createJsonBody(request);
      return {
        method: 'POST',
        url: options.previewUrl(model, methodFor(stream)).href,
        headers: { ...shownHeaders(contentHeaders(options)), ...options.credential.preview },
        byteLength: body.byteLength,
        writeBody: (write, signal) => streamBody(body, write, signal),
      };
    },
    generateContent: (model, request, { stream, signal, retries }) =>
      exchange<GenerateContentResponse[]>(
        options,
        { url: () => options.url(model, methodFor(stream)), body: createJsonBody(request), signal, retries },
        (response, host) => readChunks(response, { host, now }),
      ),
    countTokens: (model, request, { signal }) =>
      countTokens(options, {
        url: () => options.url(model, 'countTokens'),
        body: createJsonBody(countTokensBody(model, request, options.limits.mimeNames)),
        signal,
      }),
  };
}
