import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_STYLE } from '../../src/terminal/style.ts';
import { renderTable } from '../../src/terminal/table.ts';
import { widthOf } from '../../src/terminal/width.ts';

const columns = [
  { title: 'part', align: 'right' },
  { title: 'source', flexible: true },
  { title: 'tokens', align: 'right' },
] as const;

describe('a table', () => {
  it('has its columns under each other, numbers to the right, nothing at the ends of lines', () => {
    const rows = [
      ['1', 'a.png', '1,120'],
      ['10', 'long name.png', ''],
    ];
    expect(renderTable(columns, rows, { style: PLAIN_STYLE, footer: ['', 'total', '1,120'] })).toEqual([
      'part  source         tokens',
      '   1  a.png           1,120',
      '  10  long name.png',
      '      total           1,120',
    ]);
  });

  it('goes by display width', () => {
    const lines = renderTable(
      columns,
      [
        ['1', '漢字.png', '1'],
        ['2', 'é.png', '2'],
      ],
      { style: PLAIN_STYLE },
    );
    expect(lines.map(widthOf)).toEqual([22, 22, 22]);
  });

  it('is cut where the screen is too narrow, in its flexible columns alone', () => {
    const rows = [['1', 'a very long name of a file.png', '1,120']];
    const [, line] = renderTable(columns, rows, { style: PLAIN_STYLE, width: 30 });
    expect(line).toMatch(/^ {3}1 {2}a very .*… {3}1,120$/);
    expect(widthOf(line ?? '')).toBe(30);
    // A pipe has no width.
    expect(renderTable(columns, rows, { style: PLAIN_STYLE })[1]).toContain('of a file.png');
  });

  it('leaves out flexible columns from the right where cutting is not enough, but not the first', () => {
    const wide = [...columns, { title: 'limit', flexible: true }, { title: 'more', flexible: true }];
    const rows = [['1', 'long name.png', '5', '3,000 images', 'words words']];
    const shown = (width: number) => renderTable(wide, rows, { style: PLAIN_STYLE, width })[0];
    expect(shown(60)).toMatch(/^part {2}source +tokens {2}limit +more$/);
    expect(shown(40)).toMatch(/^part {2}source +tokens {2}limit$/);
    expect(shown(25)).toMatch(/^part {2}source +tokens$/);
    expect(shown(5)).toMatch(/^part {2}source +tokens$/);
  });

  it('fits whatever stands in it, down to what can still be read', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.replace(/\s/g, ' '));
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 24, max: 100 }),
        (cells, width) => {
          const rows = cells.map((text, index) => [String(index), text, '5']);
          for (const line of renderTable(columns, rows, { style: PLAIN_STYLE, width })) {
            expect(widthOf(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });
});
