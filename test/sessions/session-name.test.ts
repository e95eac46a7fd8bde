import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { checkSessionName, sessionNameAt } from '../../src/sessions/session-name.ts';

describe('the name of a session', () => {
  it.each(['rome', 'trip to rome', '서울-2026', 'Ünïcode_1.2', 'a'.repeat(100)])('may be %j', (name) => {
    expect(checkSessionName(name)).toBe(name);
  });

  it.each([
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '.hidden',
    '-c',
    'con',
    'NUL.txt',
    'com1',
    'LPT9.jsonl',
    'ends.',
    'ends ',
    'a:b',
    'x\0y',
    'x\ny',
    '\u001b[2J',
    'x\u202ey',
    'rome.lock',
    'a'.repeat(101),
  ])('cannot be %j', (name) => {
    expect(() => checkSessionName(name)).toThrow(UsageError);
  });

  it('never leaves the folder, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '.', '/', '\\', ':', '\0', '\n', 'é', '-'), maxLength: 20 }),
        (name) => {
          try {
            checkSessionName(name);
          } catch {
            return;
          }
          expect(name).not.toMatch(/[/\\:\p{Cc}]|^\./u);
        },
      ),
    );
  });

  it('made of a time can be one, and another one for each attempt', () => {
    const time = new Date(2026, 10, 2, 8, 5, 9);
    expect(sessionNameAt(time)).toBe('2026-11-02-080509');
    expect(checkSessionName(sessionNameAt(time, 2))).toBe('2026-11-02-080509-2');
  });
});
