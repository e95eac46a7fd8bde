import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { displayCommand, parseToolBindings } from '../../src/tools/tool-bindings.ts';
import { parseToolResponses } from '../../src/tools/tool-response.ts';

const argvOf = (command: string) => parseToolBindings([`f=${command}`])[0]?.argv;

describe('--tool', () => {
  it.each([
    ['./weather.sh', ['./weather.sh']],
    ['  a   b\t"c d" \'e f\' g\\ h  ', ['a', 'b', 'c d', 'e f', 'g h']],
    [`a ''"" "" x'y'"z"`, ['a', '', '', 'xyz']],
    ['a "\\"\\\\\\$\\n" \'\\\'', ['a', '"\\$\\n', '\\']],
    ['a $HOME `id` $(id) | b > c && d ; * ~ # e', 'a $HOME `id` $(id) | b > c && d ; * ~ # e'.split(' ')],
    ['a b=c "d=e"', ['a', 'b=c', 'd=e']],
  ])('parts %j into words without a shell', (command, argv) => {
    expect(argvOf(command)).toEqual(argv);
  });

  it('reads back what a shell would be given, whatever the words hold', () => {
    const word = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const quoted = words.map((each) => `'${each.replaceAll("'", `'\\''`)}'`).join(' ');
        expect(argvOf(`program ${quoted}`)).toEqual(['program', ...words]);
      }),
      { numRuns: 40 },
    );
  });

  it('parts words as sh does, where there is nothing to expand', () => {
    const characters = fc.constantFrom('a', 'é', ' ', '\t', '"', "'", '\\', '=', '😀');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (command) => {
        let words: unknown;
        try {
          words = argvOf(`x ${command}`)?.slice(1);
        } catch {
          words = 'refused';
        }
        let shell: unknown;
        try {
          const printed = execFileSync('sh', ['-c', `for w in ${command}\ndo printf '%s\\0' "$w"; done`], {
            stdio: ['ignore', 'pipe', 'ignore'],
          });
          shell = printed.toString().split('\0').slice(0, -1);
        } catch {
          shell = 'refused';
        }
        // A backslash at the end joins the script's next line, and cannot be compared.
        fc.pre(!/\\$/.test(command));
        expect(words).toEqual(shell);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    'f',
    '=a',
    '2f=a',
    'f g=a',
    `${'f'.repeat(65)}=a`,
    'f=',
    'f=  ',
    'f=""',
    "f='a",
    'f="a',
    'f=a\\',
    'f=a\0',
  ])('refuses %j', (value) => {
    expect(() => parseToolBindings([value])).toThrow(UsageError);
  });

  it('refuses a function bound twice, and keeps the order of others', () => {
    expect(() => parseToolBindings(['f=a', 'g=b', 'f=c'])).toThrow(/"f"/);
    expect(parseToolBindings(['g.x-1=a', '_f=b']).map(({ name }) => name)).toEqual(['g.x-1', '_f']);
  });

  it('shows a command so that its words can be told apart', () => {
    expect(displayCommand(['./a.sh', '-x=1', 'b c', '', 'd"e'])).toBe('./a.sh -x=1 "b c" "" "d\\"e"');
  });
});

describe('--tool-response', () => {
  const read = (values: string[]) =>
    parseToolResponses(values, async (file) => {
      if (file === 'answer.json') return '\ufeff{"temperature": 20}\n';
      if (file === 'list.txt') return 'rain\nsun\r\n';
      throw new UsageError(`no ${file}`);
    });

  it('takes an object as it is, and anything else as a result', async () => {
    const responses = await read([
      'a={"result": "fine", "n": null}',
      'b=[1, 2]',
      'c=20',
      'd=a plain = text',
      'e=@answer.json',
      'f=@list.txt',
      'g=',
    ]);
    expect(Object.fromEntries(responses)).toEqual({
      a: { result: 'fine', n: null },
      b: { result: [1, 2] },
      c: { result: 20 },
      d: { result: 'a plain = text' },
      e: { temperature: 20 },
      f: { result: 'rain\nsun' },
      g: { result: '' },
    });
  });

  it.each([['a={"t": 1'], ['a= [1,'], ['a=@missing'], ['a=1', 'a=2'], ['1=x']])(
    'refuses %j',
    async (...values) => {
      await expect(read(values)).rejects.toThrow(UsageError);
    },
  );
});
