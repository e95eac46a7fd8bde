import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { lockFile } from '../../src/record-log/lock.ts';
import { openRecordLog, readRecordLog } from '../../src/record-log/record-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'record-log-'));
const program = join(folder, 'log-user.cjs');
beforeAll(async () => {
  // The oldest Node we support runs no TypeScript.
  const bundle = await rolldown({
    input: fileURLToPath(new URL('children/log-user.ts', import.meta.url)),
    platform: 'node',
    external: [/^node:/],
  });
  await bundle.write({ file: program, format: 'cjs' });
  await bundle.close();
});
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
const newPath = () => join(folder, `${++count}`, 'log.jsonl');

/** A child that runs the program in `children/`. */
function start(does: 'lock' | 'append', path: string, shell = 'exec "$@"'): ChildProcess {
  const child = spawn('sh', ['-c', shell, 'sh', process.execPath, program, does, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  return child;
}
const next = async (child: ChildProcess) => String((await once(child.stdout ?? child, 'data'))[0]);

/** All that a log holds, when it is opened for writing or only read. */
async function contentOf(path: string, how: 'open' | 'read' = 'read') {
  const records: unknown[] = [];
  const notes: string[] = [];
  const seen = {
    onRecord: (record: unknown) => void records.push(record),
    note: (line: string) => void notes.push(line),
  };
  if (how === 'open') await (await openRecordLog(path, seen)).close();
  else await readRecordLog(path, seen);
  return { records, notes };
}

async function logOf(...records: object[]): Promise<string> {
  const path = newPath();
  const log = await openRecordLog(path, { onRecord: () => {}, note: () => {} });
  await log.append(...records);
  await log.close();
  return path;
}

describe('a log', () => {
  it('gives back what was added, in order, also by others who only read, and adds to what is there', async () => {
    const path = await logOf({ n: 1 }, { n: 2, text: 'two\nlines \u2028 😀' });
    const read: unknown[] = [];
    const log = await openRecordLog(path, { onRecord: (record) => read.push(record), note: () => {} });
    await Promise.all(Array.from({ length: 200 }, (_, n) => log.append({ n: n + 3 })));
    const { records } = await contentOf(path);
    expect(read).toEqual([{ n: 1 }, { n: 2, text: 'two\nlines \u2028 😀' }]);
    expect(records.slice(0, 2)).toEqual(read);
    expect(records.slice(2)).toEqual(Array.from({ length: 200 }, (_, n) => ({ n: n + 3 })));
    await log.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('and its folders are for their owner alone, whatever the file was before', async () => {
    const path = join(newPath(), 'further', 'log.jsonl');
    await (await openRecordLog(path, { onRecord: () => {}, note: () => {} })).close();
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    expect((statSync(dirname(path)).mode & 0o777).toString(8)).toBe('700');
    chmodSync(path, 0o644);
    await contentOf(path, 'open');
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  });

  it('whose last line is cut at any byte keeps all before it, puts the rest aside, and can be added to', async () => {
    const path = await logOf({ n: 1 }, { n: 2, text: 'é😀' });
    const bytes = readFileSync(path);
    const first = bytes.indexOf('\n') + 1;
    for (let cut = first; cut <= bytes.length; cut++) {
      writeFileSync(path, bytes.subarray(0, cut));
      rmSync(`${path}.torn`, { force: true });
      const whole = cut >= bytes.length - 1;
      const log = await openRecordLog(path, { onRecord: () => {}, note: () => {} });
      await log.append({ n: 3 });
      await log.close();
      expect((await contentOf(path)).records).toEqual([
        { n: 1 },
        ...(whole ? [{ n: 2, text: 'é😀' }] : []),
        { n: 3 },
      ]);
      const torn = !whole && cut > first;
      expect(existsSync(`${path}.torn`)).toBe(torn);
      if (torn)
        expect(readFileSync(`${path}.torn`)).toEqual(
          Buffer.concat([bytes.subarray(first, cut), Buffer.from('\n')]),
        );
    }
  });

  it('of any bytes gives every whole record and never loses one, however it is opened', async () => {
    const line = fc.oneof(
      {
        weight: 3,
        arbitrary: fc
          .dictionary(fc.string({ maxLength: 3 }), fc.jsonValue(), { noNullPrototype: true })
          .map((each) => Buffer.from(JSON.stringify(each))),
      },
      fc.constantFrom('[]', '7', 'null', '', '{', '{"a":1', '\r', '\u0000').map((each) => Buffer.from(each)),
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10))),
    );
    const path = newPath();
    mkdirSync(dirname(path));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.boolean(), async (lines, ended) => {
        const bytes = Buffer.concat(
          lines.flatMap((each, index) => (index > 0 ? [Buffer.from('\n'), each] : [each])),
        );
        writeFileSync(path, ended ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes);
        const expected = lines.map(objectIn).filter((each) => each !== undefined);
        const opened = await contentOf(path, 'open');
        expect(opened.records).toEqual(expected);
        expect((await contentOf(path, 'open')).records).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('that is killed while it writes has all that it said it had', async () => {
    const path = newPath();
    const child = start('append', path);
    let said = '';
    child.stdout?.on('data', (data) => {
      said += data;
      if (said.length > 400) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const last = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
    const { records } = await contentOf(path, 'open');
    expect(last).toBeGreaterThan(50);
    expect(records.length).toBeGreaterThan(last);
    expect(records).toEqual(records.map((_, n) => ({ n, text: 'é'.repeat(100) })));
  });

  it.skipIf(process.platform === 'win32')(
    'for which there is no more room says so, and can be read and opened',
    async () => {
      const path = newPath();
      // Blocks of 512 bytes, or of 1024 in some shells.
      const { stdout } = start('append', path, 'ulimit -f 16 && exec "$@"');
      const said = (await text(stdout ?? Readable.from([]))).trim().split('\n');
      expect(said.at(-1)).toMatch(/^InputError: cannot write .*log\.jsonl: the file would be too big$/);
      const { records, notes } = await contentOf(path, 'open');
      expect(records).toHaveLength(Number(said.at(-2)) + 1);
      expect(notes).toEqual([]);
    },
  );

  it('that is no file, or no log, is an error that names it', async () => {
    const path = newPath();
    mkdirSync(path, { recursive: true });
    await expect(contentOf(path, 'open')).rejects.toThrow(/log\.jsonl: it is a folder/);
    await expect(contentOf(join(path, 'none'))).rejects.toThrow(/none: it does not exist/);
    expect(readdirSync(dirname(path))).toEqual(['log.jsonl']);
  });
});

describe('the lock of a file', () => {
  const holder = (more: object) =>
    `${JSON.stringify({ pid: process.pid, host: hostname(), since: '2026-01-01T00:00:00.000Z', ...more })}\n`;
  const held = (content: string) => {
    const path = newPath();
    mkdirSync(dirname(path));
    writeFileSync(`${path}.lock`, content);
    return path;
  };

  it('is refused while somebody has it, who is named, and free after that', async () => {
    const path = held('');
    rmSync(`${path}.lock`);
    const child = start('lock', path);
    expect(await next(child)).toBe('ready\n');
    child.stdin?.write('now');
    expect(await next(child)).toBe('taken\n');
    const refused = await lockFile(path).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InputError);
    expect((refused as Error).message).toContain(`in use by process ${child.pid}`);
    child.stdin?.end();
    await once(child, 'close');
    await (await lockFile(path))();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('of this process is not had twice', async () => {
    const path = held('');
    const release = await lockFile(path);
    await expect(lockFile(path)).rejects.toThrow(`in use by process ${process.pid}`);
    await release();
  });

  it('of another machine is never taken over', async () => {
    await expect(lockFile(held(holder({ host: 'elsewhere', pid: 1 })))).rejects.toThrow(
      /process 1 on elsewhere/,
    );
  });

  it.each([
    ['a process that is gone', () => holder({ pid: 2 ** 22 + 1 })],
    ['a process whose number another one has now', () => holder({ started: '1' })],
    ['nobody: half written', () => '{"pid":'],
    ['nobody: empty', () => ''],
  ])('of %s is taken over', async (_who, content) => {
    const path = held(content());
    const release = await lockFile(path);
    expect(JSON.parse(readFileSync(`${path}.lock`, 'utf8'))).toMatchObject({ pid: process.pid });
    await release();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('that is stale goes to exactly one of many who want it at once', async () => {
    for (let round = 0; round < 4; round++) {
      const path = held(holder({ pid: 2 ** 22 + 1 }));
      const ends = await Promise.allSettled(Array.from({ length: 8 }, () => lockFile(path)));
      const taken = ends.filter((end) => end.status === 'fulfilled');
      expect(taken).toHaveLength(1);
      await taken[0]?.value();
      expect(readdirSync(dirname(path))).toEqual([]);
    }
  });

  it('that is stale goes to exactly one of several processes', async () => {
    const path = held(holder({ pid: 2 ** 22 + 1 }));
    const many = Array.from({ length: 4 }, () => start('lock', path));
    await Promise.all(many.map(next));
    const answers = many.map(next);
    for (const child of many) child.stdin?.write('now');
    const said = await Promise.all(answers);
    expect(said.filter((line) => line === 'taken\n')).toHaveLength(1);
    expect(said.filter((line) => line.includes('in use by process'))).toHaveLength(3);
    for (const child of many) child.stdin?.end();
    await Promise.all(many.map((child) => child.exitCode ?? once(child, 'close')));
    expect(readdirSync(dirname(path))).toEqual([]);
  });
});

function objectIn(line: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(line.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
