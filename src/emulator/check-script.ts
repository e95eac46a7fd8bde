import { patternTest } from './script-pattern.ts';
import { LIE_KINDS } from './transcripts.ts';

type Check = (value: unknown) => boolean;

/**
 * Looks for the first mistake in a script that was read from a file: a misspelt name must not silently mean nothing.
 * @returns what is wrong and where, or undefined
 */
export function checkScript(script: unknown): string | undefined {
  if (!isObject(script)) return 'it is not an object';
  const problem = checkFields(script, SCRIPT, 'the script');
  if (problem !== undefined) return problem;
  if (!Array.isArray(script.replies)) return 'replies is missing';
  for (const [index, reply] of script.replies.entries()) {
    const found = checkReply(reply, `replies[${index}]`);
    if (found !== undefined) return found;
  }
  for (const [index, transcript] of (Array.isArray(script.transcripts) ? script.transcripts : []).entries()) {
    const found = checkTranscript(transcript, `transcripts[${index}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isString: Check = (value) => typeof value === 'string';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isInteger: Check = (value) => Number.isInteger(value);
const isCount: Check = (value) => Number.isInteger(value) && Number(value) >= 0;
const isList: Check = (value) => Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';

const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);

const SCRIPT: Record<string, Check> = { strict: isBoolean, replies: isList, transcripts: isList };
const TRANSCRIPT: Record<string, Check> = { sha256: isString, segments: isList, lies: isList };
const SEGMENT: Record<string, Check> = {
  start: isNumber,
  end: isNumber,
  text: isString,
  speaker: isString,
  language: isString,
};
const LIE: Record<string, Check> = {
  kind: (value) => LIE_KINDS.some((kind) => kind === value),
  times: (value) => value === 'any' || (isCount(value) && value !== 0),
  at: isNumber,
};
const REPLY: Record<string, Check> = {
  name: isString,
  match: isObject,
  times: (value) => value === 'any' || (isCount(value) && value !== 0),
  delayMs: isCount,
  chunks: (value) => Array.isArray(value) && value.every(isObject),
  chunkDelayMs: isCount,
  writes: isList,
  status: (value) => isCount(value) && Number(value) >= 200 && Number(value) <= 599,
  headers: (value) => isObject(value) && Object.values(value).every(isText),
  body: () => true,
  readBody: isBoolean,
  fault: isObject,
};
const MATCH: Record<string, Check> = { method: isString, path: isPattern, body: isPattern };
const WRITE: Record<string, Check> = { text: isString, base64: isString, delayMs: isCount };
const FAULTS: Record<string, Record<string, Check>> = {
  reset: { afterBytes: isCount },
  close: { afterBytes: isCount },
  hang: {},
  'half-json': {},
  'no-finish': {},
  stall: { afterPieces: isCount },
  'wrong-length': { by: isInteger },
  slow: { delayMs: isCount, bytes: (value) => isCount(value) && value !== 0 },
};
/** Fields of a fault that have no default. */
const REQUIRED: Record<string, readonly string[]> = { stall: ['afterPieces'], slow: ['delayMs'] };

function checkReply(reply: unknown, place: string): string | undefined {
  if (!isObject(reply)) return `${place} is not an object`;
  const problem = checkFields(reply, REPLY, place);
  if (problem !== undefined) return problem;
  const bodies = ['chunks', 'writes', 'body'].filter((name) => name in reply);
  if (bodies.length > 1) return `${place} has both ${bodies.join(' and ')}`;
  if ('chunks' in reply && ('status' in reply || 'headers' in reply))
    return `${place}: chunks have no status or headers`;
  if (isObject(reply.match)) {
    const found = checkFields(reply.match, MATCH, `${place}.match`);
    if (found !== undefined) return found;
    if (reply.readBody === false && 'body' in reply.match)
      return `${place} matches a body that it does not read`;
  }
  for (const [index, write] of (Array.isArray(reply.writes) ? reply.writes : []).entries()) {
    if (isText(write)) continue;
    const found = isObject(write)
      ? checkFields(write, WRITE, `${place}.writes[${index}]`)
      : `${place}.writes[${index}] is neither a string nor an object`;
    if (found !== undefined) return found;
  }
  return isObject(reply.fault) ? checkFault(reply.fault, `${place}.fault`) : undefined;
}

function checkTranscript(transcript: unknown, place: string): string | undefined {
  if (!isObject(transcript)) return `${place} is not an object`;
  const problem = checkFields(transcript, TRANSCRIPT, place);
  if (problem !== undefined) return problem;
  if (!('segments' in transcript)) return `${place}.segments is missing`;
  for (const [name, fields, required] of [
    ['segments', SEGMENT, ['start', 'end', 'text']],
    ['lies', LIE, ['kind']],
  ] as const) {
    const items = transcript[name];
    for (const [index, item] of (Array.isArray(items) ? items : []).entries()) {
      const itemPlace = `${place}.${name}[${index}]`;
      if (!isObject(item)) return `${itemPlace} is not an object`;
      const missing = required.find((field) => !(field in item));
      const found = missing ? `${itemPlace}.${missing} is missing` : checkFields(item, fields, itemPlace);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function checkFault(fault: Record<string, unknown>, place: string): string | undefined {
  const kind = String(fault.kind);
  const fields = Object.hasOwn(FAULTS, kind) ? FAULTS[kind] : undefined;
  if (fields === undefined) return `${place}.kind is not one of ${Object.keys(FAULTS).join(', ')}`;
  const missing = REQUIRED[kind]?.find((name) => !(name in fault));
  if (missing !== undefined) return `${place}.${missing} is missing`;
  return checkFields(fault, { kind: isString, ...fields }, place);
}

function checkFields(
  value: Record<string, unknown>,
  fields: Record<string, Check>,
  place: string,
): string | undefined {
  for (const [name, inner] of Object.entries(value)) {
    if (!Object.hasOwn(fields, name)) return `${place} has an unknown field ${JSON.stringify(name)}`;
    if (!fields[name]?.(inner)) return `${place}.${name} is wrong: ${JSON.stringify(inner)?.slice(0, 100)}`;
  }
  return undefined;
}

function isPattern(value: unknown): boolean {
  if (!isText(value)) return false;
  try {
    patternTest(value);
    return true;
  } catch {
    return false;
  }
}
