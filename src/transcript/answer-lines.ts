import type { Draft } from './drafts.ts';
import { isName, splitSpeaker } from './speaker-prefix.ts';
import { joinText } from './spoken-text.ts';
import { parseTimecode } from './timecode.ts';
import type { Chapter } from './transcript.ts';

/**
 * Lines of `timecode, speaker, caption`, as a model writes them when asked so, in any of its ways: brackets, ranges,
 * bullets, bold, tables, quoted fields, the name before the time or on a line of its own. What stands before the first
 * timecode is introduction; a line without one goes on with the caption before it. No drafts when there is no timecode.
 */
export function readLines(text: string): Draft[] {
  const read: Line[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const found = readLine(line);
    const last = read.at(-1);
    if (found) read.push(found);
    else if (last && !/^\s*(?:```|[-=*_|: ]*$)/.test(line)) goOn(last, line.trim());
  }
  const named = namesRecur(read);
  return read.map(({ listed, ...draft }) => {
    if (listed === undefined) return draft;
    return named ? { ...draft, speaker: listed.name, text: listed.rest } : draft;
  });
}

/** Lines of `timecode title`, in the same ways. */
export function readChapterLines(text: string): Chapter[] {
  return text.split(/\r\n|\r|\n/).flatMap((line) => {
    const { start, rest } = leadingTime(line) ?? {};
    const title = rest?.replace(/^\*+|\*+$/g, '').trim();
    return start !== undefined && title ? [{ start, title }] : [];
  });
}

/** `listed` is what would be the speaker if the second field of the lines is one. */
type Line = Draft & { listed?: { name: string; rest: string } };

const TIME = String.raw`\d{1,3}(?:[:：]\d{1,2}){1,2}(?::\d{3}|[.]\d{1,6}|,\d{3})?(?!\d)`;
/** Seconds alone are a time only in brackets, with their unit, or as a field. */
const LOOSE = String.raw`\d{1,6}(?:\.\d{1,6})?`;
const FIRST = String.raw`(?:[[(<]\s*(${TIME}|${LOOSE}\s?s?)|(${TIME})|(${LOOSE})(?=\s?s\b|\s*[,|\t]))`;
const LEAD = new RegExp(
  String.raw`^[\s>|]*(?:[-*•]\s+|\d{1,4}[.)]\s+)?[*_\x60"]*${FIRST}\s?s?\s*[\])>]?` +
    String.raw`(?:\s*(?:-->|->|→|–|—|-|~|to|[,|\t])\s*[[(<]?\s*(${TIME}|${LOOSE}(?=\s?s?\s*[\])>,|\t]))\s?s?[\])>]?)?[*_\x60"]*`,
  'u',
);
const TRAIL = new RegExp(
  String.raw`^[\s>|]*(?:[-*•]\s+)?\*{0,2}([^:：[\](\n]{1,40}?)\*{0,2}\s*[[(]\s*(${TIME})(?:\s*[-–—]\s*(${TIME}))?\s*[\])]\*{0,2}\s*[:：]?\*{0,2}\s*(.*)$`,
  'u',
);

function readLine(line: string): Line | undefined {
  const lead = leadingTime(line);
  if (!lead) {
    const [, name = '', from = '', to = '', rest = ''] = TRAIL.exec(line) ?? [];
    const start = parseTimecode(from);
    return start !== undefined && isName(name)
      ? { start, end: parseTimecode(to), speaker: name, text: unquoted(rest) }
      : undefined;
  }
  const { start, end, separator, rest } = lead;
  if (/[,|\t]/.test(separator)) return { start, end, text: unquoted(rest), ...listedName(rest, separator) };
  const alone = /^[*_]*([^:：]{1,40})[:：][*_]*$/u.exec(rest)?.[1];
  if (alone !== undefined && isName(alone)) return { start, end, speaker: alone, text: '' };
  const said = splitSpeaker(rest);
  return { start, end, speaker: said.speaker, text: unquoted(said.text) };
}

function leadingTime(line: string) {
  const found = LEAD.exec(line);
  if (!found) return undefined;
  const [whole, bracketed, clock, loose, to = ''] = found;
  const start = parseTimecode(bracketed ?? clock ?? loose ?? '');
  if (start === undefined) return undefined;
  const [between = ''] = /^\s*[,|;:\-–—\t]*\s*/u.exec(line.slice(whole.length)) ?? [];
  const rest = line.slice(whole.length + between.length).trim();
  return { start, end: parseTimecode(to), separator: between, rest: rest.replace(/\s*\|$/, '') };
}

/** The second field, when it can be a name: `Speaker A, Hello` or `"Ann","Hello"`. */
function listedName(rest: string, separator: string): Pick<Line, 'listed'> {
  const mark = /[,|\t]/.exec(separator)?.[0] ?? ',';
  const at = rest.indexOf(mark);
  // A name may be parted from its text by a colon even so.
  const said = splitSpeaker(rest);
  if (said.speaker !== undefined && (at === -1 || said.speaker.length < at)) {
    return { listed: { name: said.speaker, rest: unquoted(said.text) } };
  }
  const name = unquoted(rest.slice(0, Math.max(0, at))).replace(/^[*_]+|[*_]+$/g, '');
  return at !== -1 && isName(name) ? { listed: { name, rest: unquoted(rest.slice(at + 1)) } } : {};
}

/** Names come again and again, or look like labels; the first words of sentences do not. */
function namesRecur(lines: readonly Line[]): boolean {
  const names = lines.flatMap(({ listed }) => (listed ? [listed.name] : []));
  const labels = names.filter(
    (name) => /^(?:speaker|spk|host|guest)\b/i.test(name) || /[\s_](?:\d+|[A-Z])$/.test(name),
  );
  const distinct = new Set(names.map((name) => name.toLowerCase())).size;
  return (
    names.length * 2 >= lines.length &&
    (labels.length * 2 >= names.length || names.length < 3 || distinct * 3 <= names.length * 2)
  );
}

function goOn(last: Line, line: string): void {
  if (last.text === '' && last.speaker === undefined) Object.assign(last, splitSpeaker(line));
  else last.text = joinText(last.text, line);
  if (last.listed) last.listed.rest = joinText(last.listed.rest, line);
}

/** A field in quotation marks, as CSV has it. */
function unquoted(field: string): string {
  const [, inner] = /^"((?:[^"]|"")*)"$/.exec(field.trim()) ?? [];
  return inner === undefined ? field.trim() : inner.replaceAll('""', '"');
}
