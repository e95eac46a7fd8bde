import type { Call } from '../call.ts';
import { GoogleError } from '../google-error.ts';

type Sizes = {
  /** The query parameter that asks for a size. */
  readonly size: string;
  readonly usual: number;
  readonly most: number;
};

/** One page of a list; `pageToken` is the place in it. */
export function pageOf<Item>(
  { query }: Call,
  list: readonly Item[],
  sizes: Sizes,
): { items: readonly Item[]; nextPageToken?: string } {
  const size = Number(query.get(sizes.size) ?? 0);
  const start = Number(query.get('pageToken') ?? 0);
  if (!Number.isInteger(size) || size < 0) throw new GoogleError(400, 'page_size must not be negative.');
  if (!Number.isInteger(start) || start < 0) throw new GoogleError(400, 'page_token is not valid.');
  const end = start + Math.min(size === 0 ? sizes.usual : size, sizes.most);
  const items = list.slice(start, end);
  return end < list.length ? { items, nextPageToken: String(end) } : { items };
}
