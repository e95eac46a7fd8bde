import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMarkdownRenderer } from '../../src/terminal/markdown.ts';
import { PLAIN_STYLE, type Style, styleFor } from '../../src/terminal/style.ts';
import { cutAt } from './memory-output.ts';

let colours: Style;
beforeAll(async () => {
  colours = await styleFor({ colorLevel: 1 });
});

function rendered(
  pieces: readonly string[],
  { width = 40, style = PLAIN_STYLE }: { width?: number; style?: Style } = {},
) {
  const renderer = createMarkdownRenderer({ width, style });
  return pieces.map((piece) => renderer.push(piece)).join('') + renderer.end();
}

/** What each piece lets be printed. */
function steps(pieces: readonly string[]): string[] {
  const renderer = createMarkdownRenderer({ width: 40, style: PLAIN_STYLE });
  return [...pieces.map((piece) => renderer.push(piece)), renderer.end()];
}

const fragment = fc.constantFrom(
  ...'# |## |- |* |1. |2) |> |```js\n|```|~~~|---|***|| a | b |\n|--|--|\n|**|*|_|`|~~|[|](u)|![|<b>|<|&lt;|&#27;|\\|  \n|\n|\n\n|    |\t| |. |, |word |東京|。|「|👩‍👩‍👧|e\u0301|http://a.b/c |snake_case|5*3 '.split(
    /(?<!\|)\|/,
  ),
);
const markdown = fc
  .array(fc.oneof(fragment, fragment, fragment, fc.string({ maxLength: 5 })), { maxLength: 40 })
  .map((all) => all.join(''));

describe('Markdown that comes in pieces', () => {
  it('looks the same wherever it was cut', () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.nat(), { maxLength: 8 }), (text, cuts) => {
        const whole = rendered([text]);
        expect(rendered(cutAt(text, cuts))).toBe(whole);
        expect(rendered([...text])).toBe(whole);
      }),
      { numRuns: 400 },
    );
  });

  it('never sends a control of its text, not even one it names', () => {
    fc.assert(
      fc.property(markdown, fc.string({ unit: 'binary' }), (text, hostile) => {
        const shown = rendered([`${text}&#27;[2J&#x9b;${hostile}`], { style: colours });
        expect(shown.replace(/\x1b\[\d+m/g, '')).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
      }),
    );
  });

  it('prints words as soon as they are complete', () => {
    expect(steps(['One wo', 'rd and ', 'another', '\n\n'])).toEqual([
      'One',
      ' word and',
      '',
      ' another\n',
      '',
    ]);
  });

  it('holds back only what something to come could change', () => {
    expect(steps(['see *this ', 'word* and ', '[1] x'])).toEqual(['see', ' *this word* and', ' [1]', ' x\n']);
    expect(steps(['- one\n', '- two\n', '\ntext '])).toEqual(['', '• one\n', '• two\n\ntext', '\n']);
    expect(steps(['```\na = 1\nb', '\n```\n'])).toEqual(['```\na = 1\n', 'b\n```\n', '']);
  });

  it('stays fast where a mark is never closed', () => {
    const started = performance.now();
    for (const open of ['*a ', '[a ']) rendered(Array.from({ length: 20_000 }, () => open));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('what Markdown looks like', () => {
  const plain = (text: string, width = 40) => rendered([text], { width });
  const coloured = (text: string) => rendered([text], { style: colours });

  it('without colours it keeps its marks', () => {
    const text = '# A *title*\n**b** _i_ `c` ~~d~~ ~5 [l](http://a.b) http://a.b\n';
    expect(plain(text, 80)).toBe('# A *title*\n**b** *i* `c` ~~d~~ ~5 l (http://a.b) http://a.b\n');
  });

  it('with colours it needs none', () => {
    expect(coloured('## T\n**b** _i_ `c` &lt;\n')).toBe(
      '\x1b[1mT\x1b[22m\n\x1b[1mb\x1b[22m \x1b[3mi\x1b[23m \x1b[36mc\x1b[39m <\n',
    );
  });

  it('leaves code as it is, whatever its width', () => {
    const code =
      '```py\nif **x**:\n\n\n\treturn "a very long line that is wider than the terminal is"\n```\n';
    expect(plain(code)).toBe(code);
    expect(stripVTControlCharacters(coloured(code))).toBe(code);
    expect(stripVTControlCharacters(coloured(`1. a\n\n${code.replace(/^(?=.)/gm, '   ')}`))).toContain(
      '   if **x**:\n\n\n',
    );
  });

  it('lists, nested and numbered, with hanging indents', () => {
    const text =
      '9.  nine words that are wrapped at a narrow width\n    - sub [x]\n10. ten\n\n    more\n- [x] done\n';
    expect(plain(text, 24)).toBe(
      '9. nine words that are\n   wrapped at a narrow\n   width\n   • sub [x]\n10. ten\n\n    more\n• [x] done\n',
    );
  });

  it('keeps the lines of a paragraph and the distance of blocks', () => {
    expect(plain('Roses\\\nare  \nred\nindeed\n- a\n\n\n---\n# H\ntext\n\n> q\nlazy\n')).toBe(
      `Roses\nare\nred\nindeed\n• a\n\n${'─'.repeat(40)}\n\n# H\ntext\n\n> q\n> lazy\n`,
    );
  });

  it('aligns tables by what characters measure, and wraps cells where there is no room', () => {
    expect(plain('| a | 説明 |\n|---|---:|\n| **b** | x |\n| 👩‍👩‍👧 | yy |\n')).toBe(
      'a      説明\n─────  ────\n**b**     x\n👩‍👩‍👧       yy\n',
    );
    const wide = plain(`| a | b |\n|---|---|\n| ${'word '.repeat(20)} | ${'東京'.repeat(20)} |\n`);
    expect(Math.max(...wide.split('\n').map((line) => stringWidth(line)))).toBe(40);
    expect(wide.match(/word/g)).toHaveLength(20);
    const many = `|${'col|'.repeat(30)}\n|${'---|'.repeat(30)}\n`;
    expect(plain(many)).toBe(many);
  });

  it('wraps every line to the width, but leaves a URL whole', () => {
    const word = fc.stringMatching(/^[a-z東京、é]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 60 }), (words, width) => {
        const lines = plain(words.join(' '), width).split('\n');
        expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
      }),
    );
    const url = `https://example.com/${'path/'.repeat(20)}`;
    expect(plain(`see ${url} for more`)).toBe(`see\n${url}\nfor more\n`);
  });
});
