import { httpStatusOf, statusByName } from './rpc-code.ts';

/** One entry of google.rpc.Status.details: ErrorInfo, RetryInfo, BadRequest and others; `@type` may be missing. */
export type ErrorDetail = Readonly<Record<string, unknown>>;

/** What an error body says, whatever its form; all text is one line, bounded, and without secrets. */
export type ErrorBody = {
  /** HTTP status, as far as the body tells one (from `code`, a numeric `status`, or the name of the error). */
  readonly code: number | undefined;
  /** The server's name of the error: RESOURCE_EXHAUSTED, or invalid_request_error of OpenAI-style servers. */
  readonly status: string | undefined;
  readonly message: string | undefined;
  readonly details: readonly ErrorDetail[];
};

/** Characters of a body that are looked at, and of a message that are kept. */
const BODY_LIMIT = 64 * 1024;
const MESSAGE_LIMIT = 1000;

/** Servers in front of servers wrap an error in the message of another, seen three deep. */
const DEEPEST_NESTING = 5;

/**
 * Reads google.rpc.Status and all that was seen in its place: wrapped in an array, nested as JSON text in its own
 * message, with a numeric status, with stray commas and no-break spaces; the error of OpenAI-style servers, with an
 * object or a mere string; plain text; a web page, of which the title remains.
 * @returns undefined when the body is blank
 */
export function parseErrorBody(text: string): ErrorBody | undefined {
  const body = text.slice(0, BODY_LIMIT).trim();
  if (body === '') return undefined;
  if (body.startsWith('<')) return { ...NOTHING, message: pageTitle(body) ?? 'a web page' };
  const read = readError(parseLeniently(body), 0);
  return read.message === undefined && read.status === undefined ? { ...read, message: oneLine(body) } : read;
}

/** The title of a web page, or its first heading; undefined when it has neither, or is none. */
export function pageTitle(page: string): string | undefined {
  const head = page.slice(0, BODY_LIMIT);
  const found = /<title[^>]{0,200}>([^<]*)/i.exec(head) ?? /<h1[^>]{0,200}>([^<]*)/i.exec(head);
  const title = found?.[1]?.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
  return title === undefined ? undefined : oneLine(title, 200) || undefined;
}

/**
 * A server's words as one bounded line without anything that looks like a key or token: Google's own messages name
 * the API key they refuse ("Consumer 'api_key:...' has been suspended").
 */
export function oneLine(text: string, limit = MESSAGE_LIMIT): string {
  const line = text.slice(0, BODY_LIMIT).replace(/\s+/g, ' ').trim();
  const masked = SECRETS.reduce(
    (masked, [pattern, replacement]) => masked.replace(pattern, replacement),
    line,
  );
  return masked.length <= limit ? masked : `${masked.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bAIza[\w-]+/g, 'AIza****'],
  [/\bAQ\.[\w-]{8,}/g, 'AQ.****'],
  [/\bya29\.[\w.-]+/g, 'ya29.****'],
  [/\bsk-[\w-]{8,}/g, 'sk-****'],
  [/\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g, 'eyJ****'],
  [/\b(Bearer|Basic)(\s+)[\w.~+/-]{6,}=*/gi, '$1$2****'],
  [/\b(\w*(?:key|token|secret|password))=[^\s&"',;]+/gi, '$1=****'],
];

const NOTHING: ErrorBody = { code: undefined, status: undefined, message: undefined, details: [] };

function readError(value: unknown, depth: number): ErrorBody {
  if (Array.isArray(value)) return readError(value.find(isRecord) ?? value[0], depth);
  if (typeof value === 'string') return readMessage(NOTHING, value, depth);
  if (!isRecord(value)) return NOTHING;
  if (isRecord(value.error) || Array.isArray(value.error)) return readError(value.error, depth);

  const { error, error_description: described } = value;
  const name = [value.status, value.code, value.type, typeof described === 'string' ? error : undefined].find(
    isName,
  );
  const number = [value.code, value.status].map(numberOf).find((candidate) => candidate !== undefined);
  const message = [value.message, described, error, value.detail, value.msg].find(
    (text) => typeof text === 'string',
  );
  const outer = {
    code: httpStatusOf(number) ?? statusByName(name),
    status: name === undefined ? undefined : oneLine(name, 80),
    message: undefined,
    details: Array.isArray(value.details) ? value.details.filter(isRecord) : [],
  };
  return message === undefined ? outer : readMessage(outer, message, depth);
}

/** The message, or the error that stands in it as JSON text: the inner one knows best. */
function readMessage(outer: ErrorBody, message: string, depth: number): ErrorBody {
  const nested = depth < DEEPEST_NESTING ? nestedError(message) : undefined;
  if (nested === undefined) return { ...outer, message: oneLine(message) || undefined };
  const inner = readError(nested, depth + 1);
  return {
    code: inner.code ?? outer.code,
    status: inner.status ?? outer.status,
    message: inner.message ?? oneLine(message),
    details: inner.details.length > 0 ? inner.details : outer.details,
  };
}

/** The JSON object that begins somewhere in a message, when it is an error and not merely quoted. */
function nestedError(message: string): unknown {
  const start = message.search(/[[{]/);
  if (start === -1) return undefined;
  const end = Math.max(message.lastIndexOf('}'), message.lastIndexOf(']'));
  const value = parseLeniently(message.slice(start, end + 1));
  const record = Array.isArray(value) ? value[0] : value;
  return isRecord(record) && ('error' in record || (start === 0 && 'message' in record)) ? record : undefined;
}

/** JSON, also with no-break spaces between the tokens and with commas before a bracket or another comma. */
function parseLeniently(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(text.replaceAll('\u00a0', ' ').replace(/,(?=\s*[,}\]])/g, ''));
    } catch {
      return undefined;
    }
  }
}

/** A JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && numberOf(value) === undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : undefined;
}
