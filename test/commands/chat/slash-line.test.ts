import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSlashCommand, readSlashLine, textOfLine, wordsOf } from '../../../src/commands/chat/slash-line.ts';

describe('a line of a chat', () => {
  it.each(['/help', '/attach a b', '/Foo', '/export md  '])('%j is a command', (line) => {
    expect(isSlashCommand(line)).toBe(true);
  });

  it.each(['', 'a /help', ' /help', '//help', '/', '/home/me is full', '/ help', '/*', '/1'])(
    '%j is text',
    (line) => {
      expect(isSlashCommand(line)).toBe(false);
    },
  );

  it('has a name and a rest, or a text', () => {
    expect(readSlashLine('/Attach  a  b \n')).toEqual({ name: 'attach', rest: 'a  b' });
    expect(['//help', ' /help', 'a', ' a'].map(textOfLine)).toEqual(['/help', '/help', 'a', ' a']);
  });

  it('is parted into words as in a shell', () => {
    expect(wordsOf(`a "b c" d\\ e 'f "g' "" h"i"`, 'linux')).toEqual(['a', 'b c', 'd e', 'f "g', '', 'hi']);
    expect(wordsOf('C:\\photos\\a.png "D:\\b c.png"', 'win32')).toEqual(['C:\\photos\\a.png', 'D:\\b c.png']);
  });

  it('gives any words back that were quoted', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '☕', '\n', '-'), maxLength: 8 }),
          { maxLength: 4 },
        ),
        (words) => {
          const quoted = words.map((word) => `"${word.replace(/[\\"]/g, '\\$&')}"`).join(' ');
          expect(wordsOf(quoted, 'linux')).toEqual(words);
        },
      ),
    );
  });
});
