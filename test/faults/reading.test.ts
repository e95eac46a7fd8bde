import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseSettings, readUserFile } from '../../src/config/user-file.ts';
import { InputError, UsageError } from '../../src/errors.ts';
import { parseSourceOptions, splitSource } from '../../src/prompt/source-options.ts';
import { isNestedTooDeep, MOST_JSON_LEVELS } from '../../src/wire/json-depth.ts';

/** JSON, nearly JSON, and none, with the names that mean something here. */
const text = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...'{ } [ ] , : " // /* */ \n 1 -1 true null'.split(' ')) },
      {
        weight: 6,
        arbitrary: fc.constantFrom(
          ...[
            '"model":"m"',
            '"profiles":{',
            '"work":{',
            '"profile":"work"',
            '"retries":3',
            '"header":["A: b"]',
          ],
          ...['"__proto__":{', '"constructor":', '"toString":7', '"api-key":"x"', '"caFile":"~/a"', '\ufeff'],
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    ),
    { maxLength: 20 },
  )
  .map((all) => all.join(''));

it('settings of any text are read or refused, with the name of the file', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        text,
        fc.jsonValue().map((value) => JSON.stringify(value)),
        text.map((each) => `{${each}}`),
      ),
      async (given) => {
        try {
          readUserFile(await parseSettings(given, '/home/config.json'), {
            path: '/home/config.json',
            home: '/home',
          });
          read += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect((error as Error).message).toContain('config.json');
        }
      },
    ),
    { numRuns: 600 },
  );
  expect(read).toBeGreaterThan(0);
});

it('what stands after "#" is read or refused, whatever it is', () => {
  const option = fc
    .tuple(
      fc.constantFrom('t', 'fps', 'mime', 'resolution', 'pages', 'T', 'x', '__proto__', ''),
      fc.constantFrom('=', '=', '=', '', '=='),
      fc.oneof(
        fc.constantFrom(
          '1',
          '0:30,2:00',
          'npt:1',
          '1:60',
          '-1',
          '1e9',
          ',5',
          '5,',
          '1,1',
          'image/png',
          'low',
          '1-3,7',
          '%',
          '%41',
          '9'.repeat(40),
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
    )
    .map((all) => all.join(''));
  fc.assert(
    fc.property(fc.array(option, { minLength: 1, maxLength: 4 }), (options) => {
      const fragment = options.join('&');
      splitSource(`clip.mp4#${fragment}`);
      try {
        for (const seconds of Object.values(parseSourceOptions(fragment, 'clip.mp4'))) {
          if (typeof seconds === 'number')
            expect(seconds).toSatisfy((value) => value >= 0 && value < Infinity);
        }
      } catch (error) {
        expect(error instanceof UsageError || error instanceof InputError, String(error)).toBe(true);
        expect((error as Error).message).toContain('clip.mp4');
      }
    }),
    { numRuns: 2000 },
  );
});

it('JSON is too deep by its levels alone, whatever its texts hold', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 * MOST_JSON_LEVELS }),
      fc.jsonValue(),
      fc.string(),
      (levels, value, name) => {
        const inner = JSON.stringify({ [`${name}\\"[[{`]: `\\"${'['.repeat(50)}`, value });
        const wide = JSON.stringify('['.repeat(3 * MOST_JSON_LEVELS));
        // Two more are inside, and a value of fast-check's is never as deep as this.
        fc.pre(Math.abs(levels - MOST_JSON_LEVELS) > 60);
        expect(
          isNestedTooDeep(`${'[{"a":'.repeat(levels / 2)}[${wide},${inner}]${'}]'.repeat(levels / 2)}`),
        ).toBe(levels > MOST_JSON_LEVELS);
      },
    ),
    { numRuns: 100 },
  );
});
