import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECORD_FORMATS, type RecordFormat } from '../../src/many/formats/index.ts';
import { recordObject } from '../../src/many/formats/record-object.ts';
import type { ItemRecord } from '../../src/many/item-record.ts';
import { recordOf } from './records.ts';

function written({ begin, record, end }: RecordFormat, records: readonly ItemRecord[]): string {
  return begin + records.map((each, index) => record(each, index)).join('') + end(records.length);
}

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const anyRecord = fc
  .record({
    name: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    text: anyText,
    failed: fc.boolean(),
  })
  .map(({ name, text, failed }) =>
    recordOf(name, {
      text,
      ...(failed && { error: { kind: 'blocked', message: `no: ${text}`, exitCode: 5 } }),
    }),
  );
const anyRecords = fc.array(anyRecord, { maxLength: 8 });

describe('formats of records', () => {
  it('csv parses back to what was written, whatever the names and texts hold', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const rows: Record<string, string>[] = parse(written(RECORD_FORMATS.csv, records), {
          columns: true,
          // A text may look like a line that is empty.
          skip_empty_lines: false,
          record_delimiter: '\r\n',
        });
        expect(rows.map(({ source, text, error }) => [source, text, error])).toEqual(
          records.map(({ sources, text = '', error }) => [sources[0], text, error?.message ?? '']),
        );
        expect(rows.every(({ promptTokens }) => promptTokens === '10')).toBe(true);
      }),
    );
  });

  it('json is one list, jsonl an object a line, and both hold all of each record', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const expected = JSON.parse(JSON.stringify(records.map(recordObject)));
        expect(JSON.parse(written(RECORD_FORMATS.json, records))).toEqual(expected);
        const lines = written(RECORD_FORMATS.jsonl, records).split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => JSON.parse(line))).toEqual(expected);
      }),
    );
  });

  it('shows one input by itself and several as lists, without what only the journal needs', () => {
    const one = recordObject(recordOf('a.png', { data: { people: 2 } }));
    expect(one).toMatchObject({ source: 'a.png', type: 'image/png', data: { people: 2 } });
    expect(Object.keys(one)).not.toContain('key');
    expect(Object.keys(one)).not.toContain('stamps');
    expect(recordObject(recordOf('a', { sources: ['a', 'b'] }))).toMatchObject({ sources: ['a', 'b'] });
  });

  it('md has a section for each, whose name is no markup', () => {
    const text = written(RECORD_FORMATS.md, [recordOf('a_b*.png'), recordOf('c.png')]);
    expect(text).toContain('## a\\_b\\*.png\n\nwhat a_b*.png shows\n');
    expect(text).toContain('\n\n## c.png\n\n');
  });

  it('text names each input, and says why there is no answer', () => {
    const failed = recordOf('b.png', {
      text: 'half',
      error: { kind: 'incomplete', message: 'cut', exitCode: 8 },
    });
    const text = written(RECORD_FORMATS.text, [recordOf('a.png'), failed]);
    expect(text).toBe('==> a.png <==\nwhat a.png shows\n\n==> b.png <==\nhalf\nerror: cut\n');
  });
});
