import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(resolve(root, file), 'utf8');

/** Documents that promise something, or lead to files. */
const DOCUMENTS = [
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/architecture.md',
  'docs/reliability.md',
  'docs/security.md',
];

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  it('names files that are there', () => {
    const named = [
      ...text.matchAll(/`((?:src|test|docs|scripts|bench|bin)\/[\w./-]+)`|\]\(((?!http)[\w./-]+)\)/g),
    ].map(([, inText = '', link = '']) => inText || link);
    const places = named.map((path) => [resolve(root, path), resolve(root, 'docs', path)]);
    expect(named.filter((_, index) => !places[index]?.some((place) => existsSync(place)))).toEqual([]);
  });

  it('names tests that are there', () => {
    const tests = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)` "([^"]+)"/g)];
    const missing = tests.filter(([, file = '', title = '']) => !plain(read(file)).includes(plain(title)));
    expect(missing.map(([found]) => found)).toEqual([]);
    if (document === 'docs/reliability.md' || document === 'docs/security.md') {
      const rows = text.split('\n').filter((line) => /^\|(?! *(?:promise|guarded|-))/.test(line));
      expect(rows.length).toBeGreaterThan(15);
      expect(tests).toHaveLength(rows.length);
    }
  });
});

/** A title as it stands in a test, in whichever quotes. */
function plain(text: string): string {
  return text.replace(/\\(['"`])/g, '$1');
}
