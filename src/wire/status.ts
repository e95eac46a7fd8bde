import {
  AuthError,
  type ErrorDetails,
  type GeminiError,
  QuotaError,
  RefusedError,
  UnavailableError,
} from '../errors.ts';
import { type ErrorBody, oneLine, parseErrorBody } from './error-body.ts';
import { errorDetailLines, errorInfo, quotaViolations } from './error-details.ts';
import { forbiddenHint } from './forbidden.ts';
import { retryHint } from './retry-hint.ts';

/** A reply that is an error: its status line, headers (names in lower case) and body, at most 64 KiB of it. */
export type StatusFacts = {
  /** 200 for an error that stood in a stream: then the body's own code counts. */
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly now: Date;
  /** For the message. */
  readonly host?: string;
  /** What to do next by status, in place of what helps at Google's own services. */
  readonly hints?: StatusHints | undefined;
};

/** A line for the person, by HTTP status. */
export type StatusHints = Readonly<Partial<Record<401 | 403 | 404 | 413 | 429, string>>>;

/** No server is waited for longer than this, in milliseconds. */
const LONGEST_WAIT_MS = 60_000;

/** A clock that is off by more than this explains a refused token, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Says what an error reply means: its class (and so the exit code), whether and when to try again, what to do next.
 * The server's words are kept as one line without secrets; field violations, quotas and help links become `details`.
 */
export function statusError(facts: StatusFacts): GeminiError {
  const body = parseErrorBody(facts.body) ?? EMPTY;
  const inStream = facts.httpStatus >= 200 && facts.httpStatus < 300;
  const status = inStream ? (body.code ?? facts.httpStatus) : facts.httpStatus;
  const waitMs = retryHint({ ...facts, ...body });
  const verdict = withHints(judge({ ...facts, status, body, waitMs }), status, facts);

  const retryable = (verdict.retryable ?? false) && (verdict.waitMs ?? 0) <= LONGEST_WAIT_MS;
  const hint = verdict.hint ?? (verdict.retryable && !retryable ? tryAgainIn(verdict.waitMs) : undefined);
  const name = body.status === undefined ? '' : ` ${body.status}`;
  const number = status >= 200 && status < 300 ? '' : ` (${status}${name})`;
  const words = body.message === undefined ? '' : `: ${body.message}`;
  return new verdict.kind(`${facts.host ?? 'the server'}: ${verdict.says}${number}${words}`, {
    status,
    retryable,
    details: errorDetailLines(body.details),
    ...(body.status === undefined ? {} : { code: body.status }),
    ...(hint === undefined ? {} : { hint }),
    ...(verdict.waitMs === undefined ? {} : { retryAfterMs: verdict.waitMs }),
  });
}

const EMPTY: ErrorBody = { code: undefined, status: undefined, message: undefined, details: [] };

type Reply = Omit<StatusFacts, 'body'> & {
  readonly status: number;
  readonly body: ErrorBody;
  readonly waitMs: number | undefined;
};

type Verdict = {
  readonly kind: new (message: string, facts: ErrorDetails) => GeminiError;
  readonly says: string;
  readonly hint?: string | undefined;
  /** Not if the wait that the server asks for is too long. */
  readonly retryable?: boolean;
  readonly waitMs?: number | undefined;
};

function judge(reply: Reply): Verdict {
  const { status, waitMs } = reply;
  if (status >= 300 && status < 400) return redirected(reply);
  const verdict = VERDICTS[status];
  if (verdict) return { waitMs, ...(typeof verdict === 'function' ? verdict(reply) : verdict) };
  if (status >= 400 && status < 500) return REFUSED;
  return { kind: UnavailableError, says: status >= 500 ? 'the service failed' : 'reported an error' };
}

/** A clock that is wrong explains more than anything else. */
function withHints(verdict: Verdict, status: number, { hints, headers, now }: StatusFacts): Verdict {
  const own = hints?.[status as keyof StatusHints];
  const hint = status === 401 ? (clockHint({ headers, now }) ?? own) : own;
  return hint === undefined ? verdict : { ...verdict, hint };
}

const REFUSED: Verdict = { kind: RefusedError, says: 'the request was refused' };
const UNAVAILABLE: Verdict = { kind: UnavailableError, says: 'the service is unavailable', retryable: true };
const WHICH_CREDENTIAL = '`gemini auth status` shows which credential was used and why';

const VERDICTS: Readonly<Record<number, Verdict | ((reply: Reply) => Verdict)>> = {
  400: badRequest,
  401: (reply) => ({
    kind: AuthError,
    says: 'the credential was refused',
    hint: clockHint(reply) ?? WHICH_CREDENTIAL,
  }),
  403: ({ body }) => ({
    kind: AuthError,
    says: 'permission denied',
    hint: forbiddenHint(body) ?? WHICH_CREDENTIAL,
  }),
  404: ({ host = '' }) => ({
    kind: RefusedError,
    says: 'not found',
    hint: `\`gemini models\` lists the models${host.includes('aiplatform') ? '; not every --location has all of them' : ''}`,
  }),
  407: { kind: UnavailableError, says: 'the proxy wants a login', hint: 'give it in the proxy URL' },
  408: UNAVAILABLE,
  413: {
    kind: RefusedError,
    says: 'the request is too large',
    hint: 'upload large media (--upload) or name them by a gs:// URI',
  },
  429: tooManyRequests,
  499: { kind: UnavailableError, says: 'the request was cancelled' },
  500: UNAVAILABLE,
  502: UNAVAILABLE,
  503: UNAVAILABLE,
  504: UNAVAILABLE,
};

function badRequest({ body }: Reply): Verdict {
  const { reason } = errorInfo(body.details);
  const keyRefused =
    reason?.startsWith('API_KEY_') || /API key (not valid|expired)/i.test(body.message ?? '');
  if (!keyRefused) return REFUSED;
  return { kind: AuthError, says: 'the API key was refused', hint: WHICH_CREDENTIAL };
}

/** Waiting a minute helps against a rate; against the quota of a day, or one of nothing, it does not. */
function tooManyRequests({ body, waitMs }: Reply): Verdict {
  const verdict = { kind: QuotaError, says: 'quota or rate limit reached', waitMs };
  const violations = quotaViolations(body.details);
  if (/limit: 0(?![.\d])/.test(body.message ?? '') || violations.some(({ value }) => value === '0')) {
    return {
      ...verdict,
      hint: 'there is no quota at all for this model here: switch on billing or take another',
    };
  }
  if (body.status === 'insufficient_quota') return { ...verdict, hint: 'the account has no credit left' };
  if (violations.some(({ id }) => /PerDay|Daily/i.test(id))) {
    return { ...verdict, hint: 'the quota of the day is used up; it resets at midnight Pacific time' };
  }
  const perMinute = violations.some(({ id }) => id.includes('PerMinute'));
  return { ...verdict, retryable: true, waitMs: waitMs ?? (perMinute ? LONGEST_WAIT_MS : undefined) };
}

/** A redirect would carry the credential and the request to whom nobody named; only the target's host is shown. */
function redirected({ headers, host, status }: Reply): Verdict {
  const location = headers.location ?? '';
  const base = `https://${host ?? 'same.invalid'}`;
  const target = URL.canParse(location, base) ? new URL(location, base).host : undefined;
  const where = !location || !target || target === new URL(base).host ? 'another path' : oneLine(target, 253);
  return {
    kind: UnavailableError,
    says: `sends on to ${where}, which is not followed`,
    hint: status === 304 ? undefined : 'check the base URL, and whether this network wants a login first',
  };
}

function clockHint({ headers, now }: Pick<StatusFacts, 'headers' | 'now'>): string | undefined {
  const server = Date.parse(headers.date ?? '');
  if (!(Math.abs(server - now.getTime()) > CLOCK_SKEW_MS)) return undefined;
  return `this machine's clock says ${now.toISOString()}, the server's ${new Date(server).toISOString()}: set it right`;
}

function tryAgainIn(ms = 0): string {
  const minutes = Math.ceil(ms / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `the server asks to wait: try again in ${hours > 0 ? `${hours} h ` : ''}${rest} min`;
}
