import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import type { SourceOptions } from '../../src/prompt/parts.ts';
import {
  namesOption,
  parseSourceOptions,
  renderSourceOptions,
  splitSource,
} from '../../src/prompt/source-options.ts';

const parse = (text: string) => parseSourceOptions(text, 'clip.mp4');

describe('the options of a source', () => {
  it.each<[string, SourceOptions]>([
    ['t=0:30,2:00&fps=2', { startSeconds: 30, endSeconds: 120, fps: 2 }],
    ['t=1:02:03.5', { startSeconds: 3723.5 }],
    ['t=90', { startSeconds: 90 }],
    ['t=,45', { endSeconds: 45 }],
    ['t=45,', { startSeconds: 45 }],
    ['t=npt:10,20.25', { startSeconds: 10, endSeconds: 20.25 }],
    ['t=npt%3A10%2C20', { startSeconds: 10, endSeconds: 20 }],
    ['t=90:00', { startSeconds: 5400 }],
    ['fps=.5', { fps: 0.5 }],
    ['mime=application/pdf', { mimeType: 'application/pdf' }],
    ['mime=audio/pcm;rate=16000', { mimeType: 'audio/pcm;rate=16000' }],
    ['resolution=low', { resolution: 'low' }],
    ['pages=3-7', { pages: [{ first: 3, last: 7 }] }],
    [
      'pages=1,4-6',
      {
        pages: [
          { first: 1, last: 1 },
          { first: 4, last: 6 },
        ],
      },
    ],
  ])('%s', (text, options) => {
    expect(parse(text)).toEqual(options);
  });

  it.each([
    't=',
    't=,',
    't',
    't=20,10',
    't=10,10',
    't=1,2,3',
    't=-1',
    't=1e3',
    't=0:5',
    't=0:60',
    't=1:60:00',
    't=1:2:3:4',
    't=smpte:10',
    't=%zz',
    'fps=0',
    'fps=25',
    'fps=fast',
    'mime=mp4',
    'mime=a/b\n',
    'resolution=ultra',
    'pages=0',
    'pages=7-3',
    'pages=1-',
    'pages=',
    'fps=1&fps=2',
    'fsp=1',
    '',
    'fps=1&',
  ])('%j is refused by the name of the option and the source', (text) => {
    expect(() => parse(text)).toThrow(UsageError);
    expect(() => parse(text)).toThrow(/clip\.mp4/);
    expect(() => parse(text)).toThrow(/"(t|fps|mime|resolution|pages|fsp|)["=]/);
  });

  it('a slip of the finger is told', () => {
    expect(() => parse('resolutoin=low')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('resolution') }),
    );
  });

  it('what is rendered is read back', () => {
    const nanoseconds = fc.integer({ min: 0, max: 10 ** 15 });
    const time = fc.oneof(
      nanoseconds.map((start) => ({ startSeconds: start / 1e9 })),
      nanoseconds.map((end) => ({ endSeconds: (end + 1) / 1e9 })),
      fc
        .tuple(nanoseconds, nanoseconds)
        .map(([start, length]) => ({ startSeconds: start / 1e9, endSeconds: (start + length + 1) / 1e9 })),
    );
    const token = fc.stringMatching(/^[\w.+-]{1,20}$/);
    const pages = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 999 }), fc.nat(99)).map(([first, more]) => ({
        first,
        last: first + more,
      })),
      { minLength: 1 },
    );
    const rest = fc.record(
      {
        fps: fc.integer({ min: 1, max: 24_000 }).map((milli) => milli / 1000),
        mimeType: fc
          .tuple(token, token, fc.stringMatching(/^[ -~]{0,20}$/))
          .map(([type, subtype, more]) => `${type}/${subtype}${more ? `;${more}` : ''}`),
        resolution: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
        pages,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(time, fc.constant({})), rest, (when, others) => {
        const options: SourceOptions = { ...when, ...others };
        fc.pre(Object.keys(options).length > 0);
        const text = renderSourceOptions(options);
        expect(splitSource(`a#b.mp4#${text}`)).toEqual({ base: 'a#b.mp4', fragment: text });
        expect(namesOption(text)).toBe(true);
        expect(parse(text)).toEqual(options);
      }),
    );
  });
});

describe('what stands after "#"', () => {
  it('is what follows the last one, and not the first sign', () => {
    expect(splitSource('a.jpg')).toBeUndefined();
    expect(splitSource('#1.jpg')).toBeUndefined();
    expect(splitSource('a#1#fps=2')).toEqual({ base: 'a#1', fragment: 'fps=2' });
  });

  it.each([
    ['t=1', true],
    ['fps', true],
    ['chapter-2', false],
    ['time=1', false],
    ['', false],
    ['constructor=1', false],
  ])('%j names an option: %s', (fragment, names) => {
    expect(namesOption(fragment)).toBe(names);
  });
});
