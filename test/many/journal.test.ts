import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { openJournal } from '../../src/many/journal.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { recordOf } from './records.ts';

const quiet = { note: () => {} };

describe('journal', () => {
  it('finds records again by their input and by their question, also long ones', async () => {
    const path = join(temporaryFolder(), 'deep', 'journal.jsonl');
    const long = recordOf('b.png', { text: 'ä'.repeat(50_000) });
    const journal = await openJournal(path, quiet);
    const stored = await Promise.all([journal.add(recordOf('a.png')), journal.add(long)]);
    expect(await journal.read(stored[1]?.place ?? -1)).toEqual(long);
    await journal.close();

    const again = await openJournal(path, quiet);
    expect(again.found).toBe(2);
    expect((await again.ofSource('b.png'))?.record).toEqual(long);
    expect((await again.ofKey('key of a.png'))?.record).toEqual(recordOf('a.png'));
    expect(await again.ofSource('c.png')).toBeUndefined();
    await again.close();
  });

  it('has the last word on an input, and knows nothing of what could not be read', async () => {
    const path = join(temporaryFolder(), 'journal.jsonl');
    const journal = await openJournal(path, quiet);
    await journal.add(recordOf('a.png'));
    await journal.add(recordOf('a.png', { key: 'another', text: 'new' }));
    await journal.add({
      key: '',
      sources: ['a.png'],
      error: { kind: 'input', message: 'gone', exitCode: 3 },
    });
    await journal.close();
    const again = await openJournal(path, quiet);
    expect((await again.ofSource('a.png'))?.record.text).toBe('new');
    await again.close();
  });

  it('counts nothing of what stands there when all is asked again', async () => {
    const path = join(temporaryFolder(), 'journal.jsonl');
    const journal = await openJournal(path, quiet);
    await journal.add(recordOf('a.png'));
    await journal.close();
    const fresh = await openJournal(path, { ...quiet, fresh: true });
    expect(await fresh.ofSource('a.png')).toBeUndefined();
    await fresh.close();
  });

  it('reads on after a line that was cut off, and passes over lines of others', async () => {
    const path = join(temporaryFolder(), 'journal.jsonl');
    const journal = await openJournal(path, quiet);
    await journal.add(recordOf('a.png'));
    await journal.close();
    appendFileSync(path, '{"something":"else"}\n{"key":"k","sources":["b.p');
    const notes: string[] = [];
    const again = await openJournal(path, { note: (line) => void notes.push(line) });
    expect(again.found).toBe(1);
    expect(notes).toHaveLength(1);
    await again.add(recordOf('c.png'));
    await again.close();
    expect(
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toHaveLength(3);
  });

  it('is one run alone', async () => {
    const path = join(temporaryFolder(), 'journal.jsonl');
    const journal = await openJournal(path, quiet);
    await expect(openJournal(path, quiet)).rejects.toThrow(InputError);
    await journal.close();
    await (await openJournal(path, quiet)).close();
  });
});
