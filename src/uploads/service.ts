import type { Credential } from '../auth/credential.ts';
import {
  AuthError,
  type ErrorDetails,
  type GeminiError,
  QuotaError,
  RefusedError,
  UnavailableError,
} from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import type { RequestBody } from '../http/json-body.ts';
import { isNestedTooDeep } from '../wire/json-depth.ts';
import { statusError } from '../wire/status.ts';

/** One request to a store; what proves who asks is added when it is sent. */
export type StoreRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** False for a part of a file: what the store took of it counts (http/transport). */
  readonly resend?: boolean;
  readonly signal: AbortSignal;
};

/** A store's server, and how to ask it. */
export type Store = {
  /** @returns the answer, of any status; a token that is refused is renewed once */
  send(request: StoreRequest): Promise<HttpResponse>;
  /** The answer as an error: reads its body. */
  refusal(response: HttpResponse, url: URL): Promise<GeminiError>;
};

export type StoreOptions = {
  readonly http: HttpClient;
  /** Headers for every request, such as the User-Agent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly now: () => Date;
  /** The headers that authenticate this very request. */
  authorize(request: StoreRequest, fresh: boolean): Promise<Record<string, string>>;
  /** False when a fresh credential would be the same. */
  readonly renewable: boolean;
  /** Rewrites an error body into the form of Google's services. */
  readonly readError?: (body: string) => string;
  /** What to do about a refusal, by status. */
  readonly hints?: Readonly<Record<number, string>>;
};

/** Most that an answer about a file or a list of files has, and more than any error. */
const ANSWER_BYTES = 4 * 1024 * 1024;

export function createStore(options: StoreOptions): Store {
  const { http, now, readError = (body: string) => body, hints = {} } = options;
  const send = async (request: StoreRequest, fresh: boolean) => {
    const { headers, ...rest } = request;
    const authorization = await options.authorize(request, fresh);
    return http.send({ ...rest, headers: { ...options.headers, ...headers, ...authorization } });
  };
  return {
    async send(request) {
      const response = await send(request, false);
      if (response.status !== 401 || !options.renewable) return response;
      response.discard();
      return send(request, true);
    },
    async refusal({ status, headers, ...response }, url) {
      const body = readError(await response.text(ANSWER_BYTES));
      const error = statusError({ httpStatus: status, headers, body, now: now(), host: url.host });
      const hint = hints[status];
      return hint === undefined ? error : reworded(error, error.message, hint);
    },
  };
}

/** The authorization of a store that takes a credential's headers as they are. */
export function bearerOf(credential: Credential): Pick<StoreOptions, 'authorize' | 'renewable'> {
  return {
    authorize: ({ signal }, fresh) => credential.headers({ fresh, signal }),
    renewable: credential.renewable,
  };
}

/**
 * Sends, and reads the answer as a JSON object.
 * @throws GeminiError: the refusal, when the answer is no success
 */
export async function requestJson(store: Store, request: StoreRequest): Promise<Record<string, unknown>> {
  const response = await store.send(request);
  if (response.status >= 300) throw await store.refusal(response, request.url);
  return readJson(response, request.url);
}

/** @throws UnavailableError when it is no JSON object */
export async function readJson(response: HttpResponse, url: URL): Promise<Record<string, unknown>> {
  const text = await response.text(ANSWER_BYTES);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !isNestedTooDeep(text)) return { ...value };
  } catch {
    // Said below: the content itself may be anything.
  }
  throw new UnavailableError(`${url.host} sent ${text.length} characters of what is no JSON object`, {
    hint: 'check the address',
    retryable: true,
  });
}

/** An error that also names the file it befell, where it does not do so by itself. */
export function naming(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || !SERVICE_ERRORS.some((Kind) => error instanceof Kind)) return error;
  return reworded(error as GeminiError, `cannot upload ${name}: ${error.message}`, undefined);
}

const SERVICE_ERRORS = [AuthError, QuotaError, RefusedError, UnavailableError];

/** @param hint undefined: the error's own */
function reworded(error: GeminiError, message: string, hint: string | undefined): GeminiError {
  const Same = error.constructor as new (message: string, facts: ErrorDetails) => GeminiError;
  const { retryable, retryAfterMs, maxAttempts, status, code, details } = error;
  const shown = hint ?? error.hint;
  return new Same(message, {
    cause: error,
    retryable,
    details,
    ...(shown !== undefined && { hint: shown }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
  });
}

/**
 * The address a server gave for an upload, at the server that was asked: neither a credential nor a file goes to
 * another one because an answer says so, and an emulator or a gateway need not know its own public name.
 * @throws UnavailableError when it is no address
 */
export function rebase(address: string, base: URL): URL {
  if (!URL.canParse(address, base.href)) {
    throw new UnavailableError(`${base.host} gave no address to upload to`, { hint: 'check the address' });
  }
  const given = new URL(address, base);
  const prefix = base.pathname.replace(/\/+$/, '');
  const path = given.pathname.startsWith(`${prefix}/`) ? given.pathname : `${prefix}${given.pathname}`;
  return new URL(`${base.origin}${path}${given.search}`);
}

/** `base` followed by `path`; the base's own path is kept. */
export function joinUrl(base: URL, path: string): URL {
  return new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}/${path}`);
}
