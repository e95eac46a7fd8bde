import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { SourceOptions } from './parts.ts';

type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] };
type Reader = {
  /** What the value looks like, for the error. */
  readonly form: string;
  /** @returns undefined for a value that cannot be */
  read(value: string): SourceOptions | undefined;
};

const READERS: Readonly<Record<string, Reader>> = {
  t: { form: 'START,END in seconds or as 1:02:03.5; either may be left out', read: readTime },
  fps: { form: 'frames per second, more than 0 and at most 24', read: readFps },
  mime: { form: 'a type such as video/mp4', read: readMimeType },
  resolution: { form: 'low, medium or high', read: readResolution },
  pages: { form: 'pages such as 3-7 or 1,4-6', read: readPages },
};

/** What may be options at the end of a source: after its last "#", which no value of an option holds. */
export function splitSource(source: string): { base: string; fragment: string } | undefined {
  const hash = source.lastIndexOf('#');
  return hash <= 0 ? undefined : { base: source.slice(0, hash), fragment: source.slice(hash + 1) };
}

/** Whether what stands after "#" begins with the name of an option: addresses have fragments of other kinds too. */
export function namesOption(fragment: string): boolean {
  return Object.hasOwn(READERS, fragment.split('=', 1)[0] ?? '');
}

/**
 * Reads options such as `t=0:30,2:00&fps=2`; a value may be percent-encoded. `t` has the temporal syntax of Media
 * Fragments (www.w3.org/TR/media-frags, 4.2.1, Normal Play Time), also with more than 59 minutes and an open end.
 * @param name of the source, as it may be shown
 * @throws UsageError naming the option and the source
 */
export function parseSourceOptions(text: string, name: string): SourceOptions {
  let options: SourceOptions = {};
  const seen = new Set<string>();
  for (const piece of text.split('&')) {
    const equals = piece.indexOf('=');
    const key = equals < 0 ? piece : piece.slice(0, equals);
    const reader = Object.hasOwn(READERS, key) ? READERS[key] : undefined;
    if (reader === undefined) throw unknownOption(key, name);
    if (seen.has(key)) throw new UsageError(`${name}: the option "${key}" stands twice after "#"`);
    seen.add(key);
    const read = equals < 0 ? undefined : reader.read(decoded(piece.slice(equals + 1)) ?? '');
    if (read === undefined) throw new UsageError(`${name}: "${piece}" cannot be: ${key} is ${reader.form}`);
    options = { ...options, ...read };
  }
  return options;
}

/** The options as they are typed; the reverse of parseSourceOptions. Times are exact to the nanosecond. */
export function renderSourceOptions(options: SourceOptions): string {
  const { startSeconds, endSeconds, fps, mimeType, resolution, pages } = options;
  const end = endSeconds === undefined ? '' : `,${decimal(endSeconds)}`;
  const time = startSeconds === undefined ? end : `${decimal(startSeconds)}${end}`;
  const ranges = pages?.map(({ first, last }) => (first === last ? first : `${first}-${last}`));
  return Object.entries({
    t: time || undefined,
    fps: fps === undefined ? undefined : decimal(fps),
    mime: mimeType,
    resolution,
    pages: ranges?.join(','),
  })
    .flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${String(value).replace(/[%&#]/g, encodeURIComponent)}`],
    )
    .join('&');
}

/** Seconds without an exponent and without zeros at the end, to the nanosecond: what a protobuf Duration can hold. */
export function decimal(seconds: number): string {
  return seconds.toFixed(9).replace(/\.?0+$/, '');
}

function readTime(value: string): SourceOptions | undefined {
  const [start = '', end = '', ...more] = value.replace(/^npt:/, '').split(',');
  const options: Mutable<SourceOptions> = {};
  if (start !== '') options.startSeconds = seconds(start);
  if (end !== '') options.endSeconds = seconds(end);
  const { startSeconds = 0, endSeconds = Infinity } = options;
  const sensible = startSeconds < endSeconds && more.length === 0 && start + end !== '';
  return sensible ? options : undefined;
}

/** NaN, which compares with nothing, for what is no time. */
function seconds(text: string): number {
  const [last = '', minutes = '0', hours = '0', ...more] = text.split(':').reverse();
  const possible =
    /^\d{1,9}(\.\d{0,9})?$/.test(last) && [minutes, hours].every((number) => /^\d{1,5}$/.test(number));
  // Only the first of the numbers may be as large as it likes.
  const sexagesimal =
    (!text.includes(':') || /^[0-5]\d(\.|$)/.test(last)) && (hours === '0' || /^[0-5]\d$/.test(minutes));
  if (!possible || !sexagesimal || more.length > 0) return Number.NaN;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(last);
}

function readFps(value: string): SourceOptions | undefined {
  const fps = /^\d*\.?\d+$/.test(value) ? Number(value) : 0;
  return fps > 0 && fps <= 24 ? { fps } : undefined;
}

function readMimeType(value: string): SourceOptions | undefined {
  return /^[\w.+-]+\/[\w.+-]+(\s*;[\x20-\x7e]*)?$/.test(value) ? { mimeType: value } : undefined;
}

function readResolution(value: string): SourceOptions | undefined {
  return value === 'low' || value === 'medium' || value === 'high' ? { resolution: value } : undefined;
}

function readPages(value: string): SourceOptions | undefined {
  const pages = value.split(',').map((range) => {
    const [, first = '', last = first] = /^([1-9]\d{0,5})(?:-([1-9]\d{0,5}))?$/.exec(range) ?? [];
    return { first: Number(first), last: Number(last) };
  });
  return pages.every(({ first, last }) => first > 0 && first <= last) ? { pages } : undefined;
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function unknownOption(key: string, name: string): UsageError {
  const meant = nearest(key, Object.keys(READERS));
  return new UsageError(`${name}: "${key}" after "#" is not an option of a source`, {
    hint:
      meant === undefined ? 'the options are t, fps, mime, resolution and pages' : `did you mean ${meant}?`,
  });
}
