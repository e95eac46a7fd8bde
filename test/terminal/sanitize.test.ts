import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSanitizer, escapeJson, oneLine, sanitize } from '../../src/terminal/sanitize.ts';
import { cutAt } from './memory-output.ts';

/** Written out as numbers, so that no mistake is shared with the expression under test. */
function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  const bidi = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return (code < 0x20 && code !== 9 && code !== 10) || (code >= 0x7f && code <= 0x9f) || bidi;
}

const controls = fc.constantFrom(
  ...'\x1b\x1b[31m\x1b]52;c;AAAA\x07\x1bP\x1b\\\x1bX\x1b^\x1b_\x9b2J\x9d\x90\x98\x9e\x9f\x9c\x7f\x00\r\r\n\n\u202e\u2066\u2069\u0085',
);
const hostileText = fc
  .array(fc.oneof(controls, fc.string({ unit: 'binary', maxLength: 4 })))
  .map((all) => all.join(''));
const places = fc.array(fc.nat(), { maxLength: 6 });

describe('text of others on a terminal', () => {
  it('never holds a control character, however it is cut, and no cut changes it', () => {
    fc.assert(
      fc.property(hostileText, places, (text, cuts) => {
        const sanitizer = createSanitizer();
        const whole =
          cutAt(text, cuts)
            .map((piece) => sanitizer.push(piece))
            .join('') + sanitizer.end();
        expect([...whole].filter(isControl)).toEqual([]);
        expect(whole).toBe(sanitize(text));
      }),
      { numRuns: 500 },
    );
  });

  it('is unchanged where it holds none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const harmless = [...text].filter((character) => !isControl(character)).join('');
        expect(sanitize(harmless)).toBe(harmless);
      }),
    );
    const family = '👩‍👩‍👧 e\u0301 नि \u200fשלום\u200e مرحبا\ttab\nline';
    expect(sanitize(family)).toBe(family);
  });

  it.each([
    ['a colour', '\x1b[31mred', '␛[31mred'],
    ['an open title', '\x1b]0;title', '␛]0;title'],
    ['a C1 introducer', '\x9b2J', '<U+009B>2J'],
    ['an override', 'gpj.\u202eexe', 'gpj.<U+202E>exe'],
    ['CRLF', 'a\r\nb', 'a\nb'],
    ['a lone CR, which would hide what stands before it', 'bad\rgood', 'bad␍good'],
    ['a CR before a CRLF', 'a\r\r\n', 'a␍\n'],
    ['delete and backspace', '\x7f\b', '␡␈'],
  ])('shows %s', (_name, text, shown) => {
    expect(sanitize(text)).toBe(shown);
  });

  it('shows a CR that stayed the last character', () => {
    const sanitizer = createSanitizer();
    expect(sanitizer.push('a\r') + sanitizer.push('') + sanitizer.end()).toBe('a␍');
  });
});

describe('a message', () => {
  it('is one line', () => {
    expect(oneLine(' new\n\nline\r\n\t.png\u2028x \x1b[2J\n')).toBe('new line .png x ␛[2J');
  });

  it('is one line and without controls, whatever it was', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(
          [...oneLine(text)].filter((character) => isControl(character) || /[\n\t]/.test(character)),
        ).toEqual([]);
      }),
    );
  });
});

describe('JSON on a terminal', () => {
  it('holds no control character and the same value', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const json = escapeJson(JSON.stringify({ text }));
        expect([...json].filter(isControl)).toEqual([]);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});
