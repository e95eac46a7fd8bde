const PLACES =
  /^(\d{1,9})(?::(\d{1,4}))?(?::(\d{1,4}))?(?::(\d{1,3}))?(?:[.,](\d{1,9}))?\s*(?:s|sec|seconds)?$/i;
const NAMED = /^(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+(?:[.,]\d+)?)\s*s(?:ec)?)?$/i;

/**
 * Seconds of a timecode as people and models write them: `83`, `83.5`, `83.5s`, `01:23`, `1:23.5`, `0:01:23,500`,
 * `[01:23]`, `1m23s`, `01:23:500` (three digits in the last place are milliseconds). Undefined for anything else.
 */
export function parseTimecode(text: string): number | undefined {
  const bare = text
    .trim()
    .replace(/^[[(<{]\s*|\s*[\])>}]$/g, '')
    .replaceAll('：', ':');
  const places = PLACES.exec(bare);
  if (places) return ofPlaces(places.slice(1, 5), places[5]);
  const named = bare === '' ? null : NAMED.exec(bare);
  if (!named) return undefined;
  const [hours = '0', minutes = '0', seconds = '0'] = named.slice(1);
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'));
}

/** Milliseconds as subtitles write them: `01:02:03.456`; hours have two places or as many as they need. */
export function cueTimecode(milliseconds: number, separator: '.' | ','): string {
  const seconds = Math.floor(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(milliseconds % 1000).padStart(3, '0');
  return `${two(hours)}:${two(minutes)}:${two(seconds % 60)}${separator}${rest}`;
}

/** Seconds as people read them: `02:03`, from an hour on `1:02:03`; parts of a second are dropped. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(toMilliseconds(seconds) / 1000));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return `${hours > 0 ? `${hours}:` : ''}${two(minutes)}:${two(whole % 60)}`;
}

/** Seconds with tenths, as models are asked to write them: `02:03.4`. */
export function exactClock(seconds: number): string {
  const tenths = Math.round(toMilliseconds(seconds) / 100);
  return `${clock(Math.floor(tenths / 10))}.${tenths % 10}`;
}

/** Whole milliseconds, the finest that any format has; what is no time at all is 0. */
export function toMilliseconds(seconds: number): number {
  return Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 1000)) : 0;
}

function ofPlaces(groups: readonly (string | undefined)[], fraction: string | undefined): number {
  const places = groups.filter((group) => group !== undefined);
  const last = places.at(-1) ?? '';
  // `01:23:500` and `00:01:23:500`: models put a colon where the point belongs.
  const fine = fraction === undefined && ((places.length === 3 && last.length === 3) || places.length === 4);
  const whole = (fine ? places.slice(0, -1) : places).reduce((sum, place) => sum * 60 + Number(place), 0);
  const digits = fine ? last : (fraction ?? '0');
  return Number((whole + Number(digits) / 10 ** digits.length).toFixed(6));
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
