import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import {
  expandTemplate,
  loadTemplate,
  serializeTemplate,
  templateFileName,
} from '../../src/prompt/template.ts';

const load = (value: unknown) => loadTemplate(JSON.stringify(value), 'summary');
const expand = (value: unknown, params: Record<string, string> = {}) => expandTemplate(load(value), params);

describe('a template', () => {
  const SUMMARY = {
    parts: [
      { text: `Summarise for $reader in \${language}, for $$5 or $6:` },
      { source: '$file', kind: 'audio' },
      { source: 'logo.png' },
      { stdin: true },
    ],
    flags: {
      system: 'You write $language.',
      temperature: 0.2,
      'max-output-tokens': '100',
      stop: ['$end', 'x'],
      safety: 'hate-speech=none',
      googleSearch: true,
    },
    defaults: { language: 'German' },
  };

  it('gives parts and flags, with parameters and defaults in their places', () => {
    expect(expand(SUMMARY, { reader: 'Ann', file: 'talk.mp3', end: 'END' })).toEqual({
      parts: [
        { text: 'Summarise for Ann in German, for $5 or $6:' },
        { source: 'talk.mp3', kind: 'audio' },
        { source: 'logo.png' },
        { stdin: true },
      ],
      flags: {
        system: { literal: 'You write German.' },
        temperature: '0.2',
        maxOutputTokens: '100',
        stop: ['END', 'x'],
        safety: ['hate-speech=none'],
        googleSearch: true,
      },
    });
    expect(expand(SUMMARY, { reader: '', file: 'f', end: '', language: 'Greek' }).flags.system).toEqual({
      literal: 'You write Greek.',
    });
  });

  it('names every missing parameter, and the one meant by an unknown one', () => {
    expect(() => expand(SUMMARY, { reader: 'Ann' })).toThrow(/file, end|end, file/);
    expect(() => expand(SUMMARY, { reader: 'Ann', file: 'f', end: 'x', langage: 'it' })).toThrow(
      expect.objectContaining({ exitCode: 2, hint: expect.stringContaining('language') }),
    );
    expect(() => expand({ parts: [{ text: '$constructor' }] })).toThrow(/constructor/);
  });

  it('reads no file, whatever its texts and parameters hold', () => {
    const { parts, flags } = expand(
      {
        parts: [{ text: '$a' }],
        flags: { system: '$a', schema: '@s.json', tools: '@t.json', set: ['x="$a"'] },
      },
      { a: '@/etc/passwd' },
    );
    expect(parts).toEqual([{ text: '@/etc/passwd' }]);
    // Where a flag takes @FILE, the value says that it is none.
    expect(flags).toEqual({
      system: { literal: '@/etc/passwd' },
      schema: { literal: '@s.json' },
      tools: { literal: '@t.json' },
      set: ['x="@/etc/passwd"'],
    });
  });

  it('does not look into what a parameter holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (a, b) => {
        const [part] = expand({ parts: [{ text: `<$a|\${b}x|$$a>` }] }, { a, b }).parts;
        expect(part).toEqual({ text: `<${a}|${b}x|$a>` });
      }),
    );
  });

  it.each([
    'base-url',
    'baseUrl',
    'proxy',
    'ca-file',
    'api-key-file',
    'token-file',
    'token-command',
    'tool',
    'tool-response',
    'yes',
    'header',
    'output',
    'output-dir',
    'upload-to',
    'profile',
    'backend',
    'project',
    'request',
    'prompt-file',
    'template',
    '__proto__',
    'constructor',
  ])('may not set %s', (flag) => {
    const text = `{"flags": {${JSON.stringify(flag)}: "x"}}`;
    expect(() => loadTemplate(text, 'bad')).toThrow(UsageError);
  });

  it.each([
    [[]],
    [{ part: [] }],
    [{ parts: {} }],
    [{ parts: [{}] }],
    [{ parts: [{ text: 'a', source: 'b' }] }],
    [{ parts: [{ textFile: '/etc/passwd' }] }],
    [{ parts: [{ source: 'a', kind: 'picture' }] }],
    [{ parts: [{ text: `a \${b c}` }] }],
    [{ flags: { temperature: true } }],
    [{ flags: { stop: [1] } }],
    [{ flags: { 'google-search': false } }],
    [{ flags: { temprature: '1' } }],
    [{ defaults: { a: 1 } }],
  ])('is refused when it is %j', (value) => {
    expect(() => load(value)).toThrow(UsageError);
  });

  it('may hold comments, and says where it is broken', () => {
    expect(loadTemplate('{ // my own\n "parts": [{"text": "a"},], }', 't').parts).toEqual([{ text: 'a' }]);
    expect(() => loadTemplate('{\n "parts": [', 't')).toThrow(/"t".*2:/);
  });

  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', 'a.json', 'ä', 'x'.repeat(65), 'CON', 'lpt1', 'a\n'])(
    'cannot be named %j',
    (name) => {
      expect(() => templateFileName(name)).toThrow(UsageError);
    },
  );

  it('has a file named for it', () => {
    expect(templateFileName('my_Summary-2')).toBe('my_Summary-2.json');
  });
});

describe('saving a template', () => {
  it('keeps parts and flags, so that it reads back the same', () => {
    const saved = {
      parts: [
        { text: 'In $language: $$5', positional: true as const },
        { source: 'a.mp3', kind: 'audio' as const },
        { stdin: true as const },
      ],
      flags: {
        system: { literal: '@home you speak $language' },
        schema: 'name, age int',
        topP: '0.5',
        stop: ['a'],
        showThoughts: true,
        extract: false,
        seed: undefined,
      },
      defaults: { language: 'Dutch' },
    };
    const text = serializeTemplate(saved);
    expect(text.endsWith('}\n')).toBe(true);
    expect(loadTemplate(text, 'x')).toEqual({
      name: 'x',
      parts: [{ text: 'In $language: $$5' }, ...saved.parts.slice(1)],
      flags: {
        system: { literal: '@home you speak $language' },
        schema: { literal: 'name, age int' },
        topP: '0.5',
        stop: ['a'],
        showThoughts: true,
      },
      defaults: { language: 'Dutch' },
    });
  });

  it.each([
    [{ parts: [{ textFile: 'a.txt' }], flags: {} }],
    [{ parts: [], flags: { system: '@a.txt' } }],
    [{ parts: [], flags: { header: ['a: b'] } }],
    [{ parts: [{ text: '${' }], flags: {} }],
  ])('is refused for %j', (saved) => {
    expect(() => serializeTemplate(saved)).toThrow(UsageError);
  });
});
