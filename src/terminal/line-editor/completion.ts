import { oneLine } from '../sanitize.ts';
import { cutToWidth, widthOf } from '../width.ts';
import { type Edit, eraseTo, insert } from './edit.ts';

/** What can stand in place of `fragment`, with which the line ends. */
export type Completions = { readonly candidates: readonly string[]; readonly fragment: string };

const MAX_LINES = 8;
const GAP = 2;

/** The edit with as much as all candidates have in common; the same edit when that is nothing more. */
export function complete(edit: Edit, { candidates, fragment }: Completions): Edit {
  const common = commonStart(candidates);
  if (!edit.text.slice(0, edit.cursor).endsWith(fragment) || !longer(common, fragment, candidates))
    return edit;
  return insert(eraseTo(edit, edit.cursor - fragment.length).edit, common);
}

/** The candidates as lines, in columns as `ls` has them; of paths, what differs. */
export function listCandidates(candidates: readonly string[], columns: number): string[] {
  const folder = commonStart(candidates).lastIndexOf('/') + 1;
  const names = candidates.map((candidate) => cutToWidth(oneLine(candidate.slice(folder)), columns - 1));
  const widest = Math.max(...names.map(widthOf)) + GAP;
  const perLine = Math.max(Math.floor((columns - 1 + GAP) / widest), 1);
  const height = Math.min(Math.ceil(names.length / perLine), MAX_LINES);
  const shown = names.slice(0, height * perLine);
  const lines = Array.from({ length: height }, (_, row) =>
    shown
      .filter((_name, index) => index % height === row)
      .map((name) => name + ' '.repeat(widest - widthOf(name)))
      .join('')
      .trimEnd(),
  );
  const left = names.length - shown.length;
  return left > 0 ? [...lines, `… and ${left} more`] : lines;
}

/** A single candidate may also change what is there: another case, quotes around it. */
function longer(common: string, fragment: string, candidates: readonly string[]): boolean {
  return candidates.length === 1 || (common.length > fragment.length && common.startsWith(fragment));
}

function commonStart([first = '', ...rest]: readonly string[]): string {
  let common = first;
  for (const candidate of rest) {
    while (!candidate.startsWith(common)) common = common.slice(0, -1);
  }
  // Not in the middle of a character.
  return common.replace(/[\ud800-\udbff]$/, '');
}
