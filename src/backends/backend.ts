import type {
  CountTokensResponse,
  GenerateContentRequest,
  GenerateContentResponse,
} from '../wire/generate-content.ts';
import type { Model } from '../wire/models.ts';

/** What a backend can take, for deciding how media travel (sizes in bytes). */
export type BackendLimits = {
  /** Largest request body the service takes. */
  readonly requestBytes: number;
  /** URI schemes that the service fetches itself, such as `gs:`. */
  readonly uriSchemes: readonly string[];
  /** Whose spelling of MIME types it wants (media/mime-type). */
  readonly mimeNames: 'developer' | 'vertex';
  /** The language of its requests, where that is not generateContent. */
  readonly language?: 'chat-completions';
};

/** A request as it would be sent, for --dry-run: secrets are masked, nothing was sent or looked up. */
export type RequestPreview = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of the body: its Content-Length. */
  readonly byteLength: number;
  /** Hands over the body byte for byte as it would be sent; a chunk is only valid until `write` resolves. */
  writeBody(write: (chunk: Buffer) => Promise<void>, signal: AbortSignal): Promise<void>;
};

/** Where a backend's requests go, in plain words: nothing of it is secret. */
export type BackendAddress = {
  readonly apiVersion: string;
  /** Only when it is not the service's own. */
  readonly baseUrl?: string | undefined;
  readonly project?: string | undefined;
  readonly location?: string | undefined;
  /** The environment variable whose API key is used, if one is. */
  readonly apiKeyVariable?: string | undefined;
};

export type GenerateOptions = {
  /** Ask for the answer piece by piece (streamGenerateContent) or whole. */
  readonly stream: boolean;
  readonly signal: AbortSignal;
  /** Tries after the first, in place of the setting: 0 for a run of many, which waits with all of them and not with one. */
  readonly retries?: number;
};

/** Someone who answers. A new one is a file here and a row in index.ts. */
export interface Backend {
  readonly name: string;
  readonly limits: BackendLimits;
  readonly address: BackendAddress;
  /** The request as generateContent would send it. */
  preview(model: string, request: GenerateContentRequest, options: { stream: boolean }): RequestPreview;
  /**
   * Sends the request; retries what is transient until the first byte of the answer, never after.
   * Yields what arrived together (one read of the socket) as one array, so that output is gathered per read.
   * @throws GeminiError: the service's refusal, the network's failure, or a stream that broke.
   */
  generateContent(
    model: string,
    request: GenerateContentRequest,
    options: GenerateOptions,
  ): AsyncIterable<GenerateContentResponse[]>;
  /**
   * Asks how many tokens the request has; undefined where the service has no such method.
   * @throws GeminiError as generateContent does
   */
  countTokens?(
    model: string,
    request: GenerateContentRequest,
    options: { readonly signal: AbortSignal },
  ): Promise<CountTokensResponse>;
  /**
   * The models there are, in the service's order; undefined where the service is not known to have a list.
   * @throws GeminiError as generateContent does
   */
  listModels?(options: { readonly signal: AbortSignal }): AsyncIterable<Model>;
  /**
   * One model, which may be one that no list names; undefined where only the list tells of models.
   * @throws GeminiError as generateContent does: RefusedError with status 404 for one that is not there
   */
  getModel?(model: string, options: { readonly signal: AbortSignal }): Promise<Model>;
}
