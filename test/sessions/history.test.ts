import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openHistory } from '../../src/sessions/history.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';

describe('the history of what was typed', () => {
  it('is kept across runs, of several at once too, for its owner alone', async () => {
    const path = join(temporaryFolder(), 'state', 'history.jsonl');
    const both = [await openHistory(path), await openHistory(path)];
    expect(both[0]?.lines).toEqual([]);
    await Promise.all(both.flatMap((history) => [history.add('a\nb'), history.add('☕ "c"')]));
    expect([...(await openHistory(path)).lines].sort()).toEqual(['a\nb', 'a\nb', '☕ "c"', '☕ "c"']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is cut when it has grown large; lines of others are passed over', async () => {
    const path = join(temporaryFolder(), 'history.jsonl');
    const line = (number: number) => `${JSON.stringify(`${number} ${'x'.repeat(600)}`)}\n`;
    writeFileSync(
      path,
      `no json\n{}\n${Array.from({ length: 1500 }, (_, number) => line(number)).join('')}"half`,
    );
    const { lines } = await openHistory(path);
    expect(lines).toHaveLength(1000);
    expect(lines.at(-1)).toMatch(/^1499 /);
    expect(readFileSync(path).length).toBeLessThan(300_000);
    expect((await openHistory(path)).lines.at(-1)).toMatch(/^1499 /);
  });

  it('that cannot be written is no failure', async () => {
    const history = await openHistory('/dev/null/history.jsonl');
    await expect(history.add('a')).resolves.toBeUndefined();
  });
});
