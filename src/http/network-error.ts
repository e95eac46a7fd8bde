import { type ErrorDetails, GeminiError, UnavailableError, UsageError } from '../errors.ts';

/** What is known of the exchange that failed. */
export type Circumstances = {
  /** The proxy on the way, password masked. */
  readonly via?: string | undefined;
  /** The headers of the answer had come. */
  readonly answering?: boolean;
};

/**
 * Words what Node, OpenSSL, zlib or undici reported as one of our errors. Messages hold host names and codes only: never
 * a header's value, a path or a body. What has no code (a bug of ours) and what is a GeminiError already comes back as it is.
 */
export function networkError(cause: unknown, url: URL, circumstances: Circumstances = {}): unknown {
  if (cause instanceof GeminiError) return cause;
  const code = codeOf(cause);
  if (code === undefined) return cause;
  const place = placeOf(url, circumstances);
  const fault = FAULTS.find(({ when }) => when.test(code)) ?? OTHER;
  const { kind: Kind = UnavailableError, message, ...details } = fault.say(place, code, cause as Coded);
  return new Kind(message, { cause, ...details });
}

/** Is this host the machine itself? */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(hostname);
}

/** The system's, OpenSSL's or library's name of a failure. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as Coded | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

type Coded = { code?: unknown; message?: string; reason?: string; cert?: { subjectaltname?: string } };

type Place = {
  readonly host: string;
  /** Whom the socket goes to, for messages: host:port, or the proxy. */
  readonly peer: string;
  readonly peerIsLoopback: boolean;
  readonly via: string | undefined;
  readonly answering: boolean;
};

type Saying = Omit<ErrorDetails, 'cause'> & {
  message: string;
  kind?: typeof UsageError | typeof UnavailableError;
};
type Fault = { readonly when: RegExp; say(place: Place, code: string, cause: Coded): Saying };

const NAME_HINT = 'check the spelling of the host and the network';
const WRONG_SERVER = 'check that the address and port are those of the API';
const CA_HINT = 'give the CA that signed it with --ca-file FILE or NODE_EXTRA_CA_CERTS=FILE';

/** The first that matches the code wins. */
const FAULTS: readonly Fault[] = [
  {
    when: /^ENOTFOUND$/,
    say: ({ peer }) => ({ message: `cannot find ${peer}`, hint: NAME_HINT }),
  },
  {
    when: /^EAI_/,
    say: ({ peer }) => ({
      message: `cannot look up ${peer}: the name service does not answer`,
      hint: NAME_HINT,
      retryable: true,
    }),
  },
  {
    when: /^ECONNREFUSED$/,
    say: ({ peer, peerIsLoopback, via }) => ({
      message: `${peer} refused the connection`,
      hint: via || !peerIsLoopback ? 'check the address and the firewall' : 'is the server running there?',
      retryable: !peerIsLoopback,
    }),
  },
  {
    when: /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/,
    say: ({ peer }, code) => ({
      message: `cannot reach ${peer} (${code})`,
      hint: 'check the network, or whether a proxy is needed (--proxy)',
      retryable: true,
    }),
  },
  {
    when: /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    say: ({ host }, code) => ({
      message: `the certificate of ${host} ${code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet'}`,
      hint: `this machine's clock says ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC: is that right?`,
    }),
  },
  {
    when: /^ERR_TLS_CERT_ALTNAME_INVALID$|^UND_ERR_PRX_TLS$/,
    say: ({ host, via }, code, cause) => ({
      message: `the certificate is not for ${code === 'UND_ERR_PRX_TLS' ? (via ?? host) : host}${certifiedNames(cause)}`,
      hint: 'use the name that stands in the certificate',
    }),
  },
  {
    when: /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|INVALID_CA|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE)/,
    say: ({ host, via }, code) => ({
      message: `the certificate of ${host} is not trusted here (${code})${via ? `, seen through ${via}` : ''}`,
      hint: CA_HINT,
    }),
  },
  {
    when: /^(EPROTO|ERR_SSL_|ERR_TLS_|ERR_OSSL_)/,
    say: ({ host, peer }, code, cause) => {
      const reason = cause.reason ?? /SSL routines:[^:]*:([^:]+)/.exec(cause.message ?? '')?.[1] ?? code;
      return /wrong.version.number|packet.length.too.long|http.request/i.test(`${code} ${reason}`)
        ? { message: `${peer} does not speak TLS`, hint: 'is it an http:// address?' }
        : {
            message: `no TLS connection with ${host}: ${reason}`,
            retryable: /bad.record.mac/i.test(`${code} ${reason}`),
          };
    },
  },
  {
    when: /^(HPE_HEADER_OVERFLOW|UND_ERR_HEADERS_OVERFLOW)$/,
    say: ({ host }) => ({ message: `${host} sent more than 64 KiB of headers`, hint: WRONG_SERVER }),
  },
  {
    when: /^HPE_/,
    say: ({ host }, code) => ({ message: `${host} sent what is not HTTP (${code})`, hint: WRONG_SERVER }),
  },
  {
    when: /^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_PADDING)/,
    say: ({ host }, code) => ({
      message: `the compressed answer of ${host} is cut or damaged (${code})`,
      retryable: true,
    }),
  },
  {
    when: /^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|ERR_STREAM_DESTROYED|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
    say: ({ host, via, answering }) => ({
      message: `${host} closed the connection ${answering ? 'in the middle of its answer' : 'before it answered'}${via ? ` (through ${via})` : ''}`,
      retryable: true,
    }),
  },
  {
    when: /^(UND_ERR_ABORTED|UND_ERR_INVALID_ARG)$/,
    say: ({ via }, code, cause) => proxyRefusal(via, code, cause.message ?? ''),
  },
  {
    when: /^(ERR_INVALID_CHAR|ERR_INVALID_HTTP_TOKEN|ERR_HTTP_INVALID_HEADER_VALUE|ERR_UNESCAPED_CHARACTERS)$/,
    say: (_place, code, cause) => ({
      kind: UsageError,
      message: `the request holds a header that cannot be sent: ${headerName(cause) ?? code}`,
      hint: 'look for line breaks or signs beyond Latin-1 in keys, tokens and --header values',
    }),
  },
];

const OTHER: Fault = {
  when: /^/,
  say: ({ host, via }, code) => ({
    message: `the request to ${host}${via ? ` through ${via}` : ''} failed (${code})`,
  }),
};

function placeOf(url: URL, { via, answering = false }: Circumstances): Place {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return {
    host: url.hostname,
    peer: via === undefined ? `${url.hostname}:${port}` : `the proxy ${via}`,
    peerIsLoopback: isLoopback(via === undefined ? url.hostname : new URL(via).hostname),
    via,
    answering,
  };
}

/** undici tells a proxy's refusal in its message only. */
function proxyRefusal(via: string | undefined, code: string, message: string): Saying {
  const status = Number(/\((\d{3})\)/.exec(message)?.[1]);
  if (via === undefined || Number.isNaN(status))
    return { message: `the request could not be sent (${code})` };
  return status === 407
    ? {
        message: `the proxy ${via} wants a user name and password (407)`,
        hint: 'http://USER:PASSWORD@HOST:PORT',
        status,
      }
    : { message: `the proxy ${via} refused to connect (${status})`, retryable: status >= 500, status };
}

function certifiedNames(cause: Coded): string {
  const names = cause.cert?.subjectaltname?.slice(0, 200);
  return names ? `, but for ${names.replaceAll('DNS:', '')}` : '';
}

/** Node quotes the header's name in its message, never the value. */
function headerName(cause: Coded): string | undefined {
  return /\["([^"]{1,100})"\]$/.exec(cause.message ?? '')?.[1];
}
