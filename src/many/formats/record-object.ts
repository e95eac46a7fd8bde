import type { ItemRecord } from '../item-record.ts';

/**
 * A record as it is shown: one input's fields by themselves, those of several (--group) as lists. What the journal needs
 * for itself is left out.
 */
export function recordObject(record: ItemRecord): Record<string, unknown> {
  const { key: _key, stamps: _stamps, sources, sha256, types, ...rest } = record;
  if (sources.length !== 1) {
    return { sources, ...(sha256 && { sha256 }), ...(types && { types }), ...rest };
  }
  return {
    source: sources[0],
    ...(sha256?.[0] && { sha256: sha256[0] }),
    ...(types?.[0] && { type: types[0] }),
    ...rest,
  };
}
