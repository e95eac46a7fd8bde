import type { ItemRecord } from '../../src/many/item-record.ts';

/** A record of one input that was answered. */
export function recordOf(source: string, more: Partial<ItemRecord> = {}): ItemRecord {
  return {
    key: `key of ${source}`,
    sources: [source],
    sha256: ['ab'.repeat(32)],
    types: ['image/png'],
    stamps: ['10-20'],
    text: `what ${source} shows`,
    finishReason: 'STOP',
    usage: { promptTokenCount: 10, candidatesTokenCount: 4, totalTokenCount: 14 },
    seconds: 0.5,
    ...more,
  };
}
