import { InputError } from '../../../errors.ts';
import { displayName } from '../../display-name.ts';
import type { RandomAccess } from '../random-access.ts';

/** Longer files are not searched: that would take longer than it is worth. */
const MAX_BYTES = 128 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;
/** Longer than any of the words looked for. */
const OVERLAP_BYTES = 64;

/**
 * The pages of a PDF whose index is broken, by the objects that lie open in it: given only where the page tree agrees
 * with their number, since older revisions may be among them.
 * @throws InputError when the file holds neither pages nor anything that could hold them
 */
export async function scanPages(access: RandomAccess, name: string): Promise<{ pages?: number }> {
  if (access.size > MAX_BYTES) return {};
  const found = { pages: 0, count: 0, catalog: false, streams: false, index: false };
  let carried = '';
  for (let position = 0; position < access.size; position += PIECE_BYTES) {
    const text = carried + (await access.read(position, PIECE_BYTES)).toString('latin1');
    // What may go on in the next piece is counted there.
    const last = position + PIECE_BYTES >= access.size;
    const end = last ? text.length : Math.max(text.length - OVERLAP_BYTES, 0);
    for (const match of text.matchAll(
      /\/Type\s*\/Page(?![A-Za-z])|\/Count\s+(\d{1,9})|\/Type\s*\/Catalog\b|\/ObjStm\b|startxref/g,
    )) {
      if (match.index >= end) break;
      if (match[1] !== undefined) found.count = Math.max(found.count, Number(match[1]));
      else if (match[0] === '/ObjStm') found.streams = true;
      else if (match[0] === 'startxref') found.index = true;
      else if (match[0].endsWith('Catalog')) found.catalog = true;
      else found.pages += 1;
    }
    carried = text.slice(end);
  }
  // In object streams there may be anything, but only an index leads into them.
  const hidden = found.streams && found.index;
  if (!hidden && !(found.catalog && found.pages > 0)) {
    throw new InputError(
      `${displayName(name)} is a broken PDF: ${found.index ? 'it holds no pages' : 'it is cut short'}`,
      { hint: 'fetch or export it again' },
    );
  }
  return found.pages > 0 && found.pages === found.count && !found.streams ? { pages: found.pages } : {};
}
