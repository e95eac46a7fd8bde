import type { LookupFunction } from 'node:net';
import type { ByteSource } from '../byte-source.ts';
import { limitTime } from '../concurrency.ts';
import { type GeminiError, InputError, UnavailableError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import { type RetryOptions, withRetry } from '../http/retry.ts';
import { VERSION } from '../version.ts';
import { takeHead, withHead } from './chunks.ts';
import { formatBytes } from './format-bytes.ts';
import { typeOfName } from './mime-type.ts';
import { publicLookup, requirePublicHost } from './public-address.ts';
import { spool } from './spool.ts';
import { addressName, webUrl } from './uri-source.ts';

export type WebOptions = {
  /** Also from this machine and its network: loopback, private and metadata addresses. */
  readonly allowPrivate: boolean;
  /** Most bytes of one medium. */
  readonly maxBytes: number;
  /** Time for one medium, tries included; undefined: five minutes, more where more bytes are allowed. */
  readonly timeoutMs?: number | undefined;
  readonly retry: Omit<RetryOptions, 'signal'>;
  /** A client that holds no credential. `lookup` decides which addresses a name may have; undefined: the system's. */
  client(lookup: LookupFunction | undefined): Promise<HttpClient>;
};

/** What is known of a medium when its first bytes have come. */
export type FirstBytes = { readonly head: Buffer; readonly name: string; readonly claim: string | undefined };

const MAX_REDIRECTS = 3;
/** For the first 64 MiB; more get more in proportion. A server that gives a byte now and then must not hold us for ever. */
const TIME_LIMIT_MS = 5 * 60_000;
const TIME_LIMIT_BYTES = 64 * 1024 * 1024;
/** What servers say of a file they know nothing of. */
const NO_CLAIM =
  /^(|application\/(octet-stream|x-download|force-download)|binary\/octet-stream|text\/plain)$/;

/**
 * Fetches a medium from the web, redirects followed: at most three, never from https to http. Tried again when the network
 * or the server fails for a while.
 * @param look is told the first bytes of each try; what it throws ends the fetch
 * @throws InputError for an address that is refused, a medium that is too large or a web page; UnavailableError for a
 * server that does not answer
 */
export async function fetchMedium<Seen>(
  address: string,
  look: (first: FirstBytes) => Promise<Seen>,
  { web, signal }: { readonly web: WebOptions; readonly signal: AbortSignal },
): Promise<{ bytes: ByteSource; seen: Seen }> {
  const name = addressName(address);
  const client = await web.client(web.allowPrivate ? undefined : publicLookup());
  const ms = web.timeoutMs ?? TIME_LIMIT_MS * Math.max(1, web.maxBytes / TIME_LIMIT_BYTES);
  const late = new UnavailableError(`${name} did not come within ${Math.round(ms / 100) / 10} s`);
  const limited = limitTime(signal, ms, late);
  try {
    return await withRetry(
      async () => {
        const { response, url } = await get(webUrl(address), client, { web, signal: limited.signal });
        try {
          return await receive(response, { name, url, look, maxBytes: web.maxBytes });
        } finally {
          response.discard();
        }
      },
      { ...web.retry, signal: limited.signal },
    );
  } finally {
    limited.clear();
  }
}

async function get(
  start: URL,
  client: HttpClient,
  { web, signal }: { readonly web: WebOptions; readonly signal: AbortSignal },
): Promise<{ response: HttpResponse; url: URL }> {
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': `gemini-prompt/${VERSION}` };
  let url = start;
  for (let redirects = 0; ; redirects++) {
    if (!web.allowPrivate) await requirePublicHost(url.hostname);
    const response = await client.send({ method: 'GET', url, headers, signal });
    if (response.status === 200) return { response, url };
    response.discard();
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) {
      throw refusal(response.status, addressName(url.href));
    }
    if (redirects === MAX_REDIRECTS) {
      throw new InputError(`${addressName(start.href)} leads on more than ${MAX_REDIRECTS} times`);
    }
    url = next(location, url);
  }
}

function next(location: string, from: URL): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  const secure = from.protocol === 'https:' ? /^https:$/ : /^https?:$/;
  if (target && secure.test(target.protocol)) return webUrl(target.href);
  throw new InputError(
    `${addressName(from.href)} leads to ${target ? addressName(target.href) : 'no address'}, which is not followed`,
    target?.protocol === 'http:' ? { hint: 'the connection would not be encrypted any more' } : {},
  );
}

function refusal(status: number, name: string): GeminiError {
  if (status === 429 || status >= 500) {
    return new UnavailableError(`${name} cannot be had now (${status})`, { status, retryable: true });
  }
  const why =
    status === 404 || status === 410
      ? `there is no such file (${status})`
      : status === 401 || status === 403
        ? `not without a login (${status})`
        : `the server gave no file (${status})`;
  const hint = status === 401 || status === 403 ? { hint: 'download it first, and attach the file' } : {};
  return new InputError(`${name}: ${why}`, { status, ...hint });
}

type Receiving<Seen> = {
  readonly name: string;
  /** Where the redirects led. */
  readonly url: URL;
  readonly look: (first: FirstBytes) => Promise<Seen>;
  readonly maxBytes: number;
};

async function receive<Seen>(response: HttpResponse, { name, url, look, maxBytes }: Receiving<Seen>) {
  const exceeded = () => {
    const size = Number(response.headers['content-length']);
    const is = size > maxBytes ? `is ${formatBytes(size)}` : 'is larger';
    return new InputError(`${name} ${is}, and at most ${formatBytes(maxBytes)} are fetched`, {
      hint: 'allow more with --max-fetch-size, such as 200MB',
    });
  };
  if (Number(response.headers['content-length']) > maxBytes) throw exceeded();
  const chunks = response.body[Symbol.asyncIterator]();
  const head = await takeHead(chunks);
  if (head.length === 0) throw new InputError(`${name} is empty`);
  const seen = await look({ head, name, claim: await claimOf(response, url) });
  return { bytes: await spool(withHead(head, chunks), name, { bytes: maxBytes, exceeded }), seen };
}

/** The type that the server names, or that the last name in the address promises. */
async function claimOf({ headers }: HttpResponse, { pathname }: URL): Promise<string | undefined> {
  const said = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!NO_CLAIM.test(said)) return said;
  return (await typeOfName(pathname)) ?? (said.startsWith('text/') ? said : undefined);
}
