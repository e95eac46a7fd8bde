/** A value of a scalar field as the service understands it, or why it refuses it. */
export type ScalarReading = { value: unknown } | { problem: string };

/** What proto3 JSON takes for each scalar and well-known type. Numbers may be strings and the other way round nothing. */
export const SCALARS: Readonly<Record<string, { label: string; read: (value: unknown) => ScalarReading }>> = {
  string: { label: 'TYPE_STRING', read: (value) => (typeof value === 'string' ? { value } : refuse(value)) },
  bool: { label: 'TYPE_BOOL', read: readBool },
  int32: { label: 'TYPE_INT32', read: (value) => readInteger(value, -(2 ** 31), 2 ** 31 - 1) },
  int64: { label: 'TYPE_INT64', read: (value) => readInteger(value, -(2 ** 63), 2 ** 63) },
  float: { label: 'TYPE_FLOAT', read: readNumber },
  double: { label: 'TYPE_DOUBLE', read: readNumber },
  bytes: { label: 'TYPE_BYTES', read: readBytes },
  duration: { label: 'type.googleapis.com/google.protobuf.Duration', read: readDuration },
  timestamp: { label: 'type.googleapis.com/google.protobuf.Timestamp', read: readTimestamp },
  struct: {
    label: 'type.googleapis.com/google.protobuf.Struct',
    read: (value) => (isObject(value) ? { value } : refuse(value)),
  },
  value: { label: 'type.googleapis.com/google.protobuf.Value', read: (value) => ({ value }) },
};

/** True for a JSON object: neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as an error message shows it: JSON, cut at 200 characters. */
export function quote(value: unknown): string {
  const shown = typeof value === 'string' && value.length > 200 ? `${value.slice(0, 200)}…` : value;
  const json = JSON.stringify(shown) ?? 'null';
  return json.length > 250 ? `${json.slice(0, 250)}…` : json;
}

function refuse(value: unknown): ScalarReading {
  if (isObject(value)) return { problem: 'Starting an object on a scalar field' };
  return { problem: quote(value) };
}

function readBool(value: unknown): ScalarReading {
  if (typeof value === 'boolean') return { value };
  if (value === 'true' || value === 'false') return { value: value === 'true' };
  return refuse(value);
}

function readNumber(value: unknown): ScalarReading {
  if (typeof value === 'number') return { value };
  if (typeof value === 'string' && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value))
    return { value: Number(value) };
  return refuse(value);
}

function readInteger(value: unknown, lowest: number, highest: number): ScalarReading {
  const reading = readNumber(value);
  if (!('value' in reading)) return reading;
  const number = Number(reading.value);
  return Number.isInteger(number) && number >= lowest && number <= highest ? reading : refuse(value);
}

/**
 * Base64 in the usual or the url-safe alphabet, padded or not, without line breaks. The search for a wrong character
 * takes no stack, whatever the length; a pattern for the whole string would.
 */
function readBytes(value: unknown): ScalarReading {
  if (typeof value !== 'string') return refuse(value);
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  const digits = padding === 0 ? value : value.slice(0, -padding);
  const wellFormed = !/[^A-Za-z0-9+/_-]/.test(digits) && digits.length % 4 !== 1;
  const wellPadded = padding === 0 || value.length % 4 === 0;
  return wellFormed && wellPadded ? { value } : { problem: `Base64 decoding failed for ${quote(value)}` };
}

/** "1.5s", or the object form of older documents; given back as a string. */
function readDuration(value: unknown): ScalarReading {
  if (typeof value === 'string' && /^-?\d{1,12}(\.\d{1,9})?s$/.test(value)) return { value };
  if (isObject(value) && Object.keys(value).every((key) => key === 'seconds' || key === 'nanos')) {
    const seconds = readInteger(value.seconds ?? 0, -(2 ** 53), 2 ** 53);
    const nanos = readInteger(value.nanos ?? 0, -999_999_999, 999_999_999);
    if ('value' in seconds && 'value' in nanos) {
      return { value: `${Number(seconds.value) + Number(nanos.value) / 1e9}s` };
    }
  }
  return { problem: `Illegal duration format; duration must end with 's': ${quote(value)}` };
}

function readTimestamp(value: unknown): ScalarReading {
  const wellFormed =
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[-+]\d{2}:\d{2})$/.test(value) &&
    !Number.isNaN(Date.parse(value));
  return wellFormed ? { value } : { problem: `Illegal timestamp format: ${quote(value)}` };
}
