import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteReader } from '../../src/byte-source.ts';
import { InputError, RefusedError, UnavailableError } from '../../src/errors.ts';
import { streamBody } from '../../src/http/stream-body.ts';
import { digestSource, sha256Hex } from '../../src/uploads/digest.ts';
import {
  nextChunk,
  type Position,
  type ResumableService,
  uploadResumably,
} from '../../src/uploads/resumable.ts';
import { createCursor } from '../../src/uploads/source-cursor.ts';
import { openUploadState, stateKey } from '../../src/uploads/upload-state.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { generatedSource, patternBytes } from '../http/servers.ts';
import { signal } from './uploading.ts';

/** A service that takes uploads, and at each step does what it is told. */
type Step = {
  readonly takes?: number;
  readonly error?: 'transient' | 'refused' | 'forgotten';
  readonly finishes?: boolean;
};

function scriptedService(steps: Step[], total: number) {
  let bytes = Buffer.alloc(0);
  let result: string | undefined;
  const counts = { starts: 0, queries: 0 };
  const where = (): Position<string> => (result === undefined ? { offset: bytes.length } : { result });
  const fault = (error: Step['error']) => {
    if (error === 'transient') throw new UnavailableError('broken', { retryable: true });
    if (error === 'refused') throw new RefusedError('no', { status: 400 });
    if (error === 'forgotten') {
      bytes = Buffer.alloc(0);
      throw new RefusedError('gone', { status: 404 });
    }
  };
  const service: ResumableService<string, string> = {
    async start() {
      counts.starts += 1;
      bytes = Buffer.alloc(0);
      return { saved: `upload ${counts.starts}` };
    },
    parse: (value) => (typeof value === 'string' ? value : undefined),
    open: () => ({
      chunkBytes: 1000,
      async send({ offset, length, last }, body) {
        if (offset !== bytes.length) throw new RefusedError('the offset is wrong', { status: 400 });
        const { takes = length, error, finishes = true } = steps.shift() ?? {};
        const pieces: Buffer[] = [];
        await streamBody(body, (piece) => void pieces.push(Buffer.from(piece)), signal);
        const sent = Buffer.concat(pieces);
        if (sent.length !== length) throw new Error('the body is not as long as it said');
        bytes = Buffer.concat([bytes, sent.subarray(0, takes)]);
        if (last && bytes.length === total && finishes) result = sha256Hex(bytes);
        fault(error);
        return where();
      },
      async query() {
        counts.queries += 1;
        return where();
      },
    }),
  };
  return { service, counts };
}

function run(
  service: ResumableService<string, string>,
  total: number,
  more: Partial<Parameters<typeof uploadResumably>[2]> = {},
) {
  return uploadResumably(service, generatedSource(total).source, {
    signal,
    retry: { retries: 3, sleep: async () => {} },
    onProgress: undefined,
    state: openUploadState(undefined),
    key: 'key',
    ...more,
  });
}

describe('an upload', () => {
  const steps = fc.array(
    fc.record(
      {
        takes: fc.nat(1000),
        error: fc.constantFrom('transient' as const, 'refused' as const),
        finishes: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 12 },
  );

  test('is what was sent, however much of each chunk is taken and whichever answers are lost, or it fails', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(4500), async (script, total) => {
        const { service, counts } = scriptedService([...script], total);
        const expected = sha256Hex(patternBytes(total));
        const outcome = await run(service, total).catch((error: unknown) => error);
        if (typeof outcome === 'string') expect(outcome).toBe(expected);
        else expect(outcome instanceof UnavailableError || outcome instanceof RefusedError).toBe(true);
        expect(counts.starts).toBe(1);
        if (script.every(({ error }) => error !== 'refused') && script.length <= 3)
          expect(outcome).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('that gets on, however slowly, does not run out of tries', async () => {
    const slow: Step[] = Array.from({ length: 40 }, () => ({ takes: 50, error: 'transient' as const }));
    const { service, counts } = scriptedService(slow, 2000);
    expect(await run(service, 2000, { retry: { retries: 1, sleep: async () => {} } })).toBe(
      sha256Hex(patternBytes(2000)),
    );
    expect(counts.queries).toBeGreaterThanOrEqual(39);
  });

  test('of which nothing is taken ends', async () => {
    const { service } = scriptedService(
      Array.from({ length: 9 }, () => ({ takes: 0 })),
      2000,
    );
    await expect(run(service, 2000)).rejects.toThrow(UnavailableError);
  });

  test('that the service forgets is begun anew, but not for ever', async () => {
    const once = scriptedService([{}, { error: 'forgotten' }], 3000);
    expect(await run(once.service, 3000)).toBe(sha256Hex(patternBytes(3000)));
    expect(once.counts.starts).toBe(2);
    const always = scriptedService(
      Array.from({ length: 10 }, () => ({ error: 'forgotten' as const })),
      3000,
    );
    await expect(run(always.service, 3000)).rejects.toThrow(RefusedError);
    expect(always.counts.starts).toBe(3);
  });

  test('is remembered until it is done', async () => {
    const state = openUploadState(temporaryFolder());
    const { service, counts } = scriptedService(
      [{}, { takes: 500, error: 'refused' }, { takes: 0, error: 'refused' }],
      3000,
    );
    await expect(run(service, 3000, { state })).rejects.toThrow(RefusedError);
    expect(await state.read('key')).toBe('upload 1');
    const progress: number[] = [];
    expect(await run(service, 3000, { state, onProgress: (sent) => progress.push(sent) })).toBe(
      sha256Hex(patternBytes(3000)),
    );
    expect(progress[0]).toBe(1500);
    expect(counts.starts).toBe(1);
    expect(await state.read('key')).toBeUndefined();
  });
});

test('chunks follow each other to the end; the last one is told apart', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 60, max: 3000 }), (total, chunkBytes) => {
      let offset = 0;
      for (let last = false; !last; ) {
        const chunk = nextChunk(offset, total, chunkBytes);
        expect(chunk.offset).toBe(offset);
        expect(chunk.length).toBe(Math.min(chunkBytes, total - offset));
        offset += chunk.length;
        last = chunk.last;
        expect(last).toBe(offset === total);
      }
    }),
  );
  for (const offset of [-1, 11, 0.5, Number.NaN])
    expect(() => nextChunk(offset, 10, 4)).toThrow(UnavailableError);
});

describe('slices of a source', () => {
  test('are its bytes, in any order, read once as long as they follow each other', async () => {
    const total = 10_000;
    const all = patternBytes(total);
    const slices = fc.array(fc.tuple(fc.nat(total), fc.nat(total), fc.nat(total)), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(slices, async (wanted) => {
        const { source, readers } = generatedSource(total, { step: 700 });
        const cursor = createCursor(source);
        for (const [offset, length, read] of wanted) {
          const size = Math.min(length, total - offset);
          const slice = cursor.slice(offset, size);
          const reader = await slice.open();
          // Some are given up in the middle.
          const bytes = await readUpTo(reader, Math.min(size, read));
          await reader.close();
          expect(bytes.equals(all.subarray(offset, offset + bytes.length))).toBe(true);
          expect(bytes.length).toBe(Math.min(size, read));
        }
        await cursor.close();
        expect(readers.closed).toBe(readers.opened);
      }),
      { numRuns: 100 },
    );
    const { source, readers } = generatedSource(total);
    const cursor = createCursor(source);
    for (let offset = 0; offset < total; offset += 2500) {
      const reader = await cursor.slice(offset, 2500).open();
      await readUpTo(reader, 2500);
      await reader.close();
    }
    await cursor.close();
    expect(readers).toEqual({ opened: 1, closed: 1 });
  });

  test('of a source that shrank are an error of the input', async () => {
    const { source, readers } = generatedSource(1000, { yields: 600 });
    const cursor = createCursor(source);
    const slice = cursor.slice(500, 500);
    const sending = streamBody({ byteLength: 500, segments: [{ raw: slice }] }, () => {}, signal);
    await expect(sending).rejects.toThrow(InputError);
    await cursor.close();
    expect(readers.closed).toBe(readers.opened);
  });
});

test('digests of the whole and of parts of any size', async () => {
  const sizes = fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 999 }));
  await fc.assert(
    fc.asyncProperty(sizes, async ([total, partBytes, step]) => {
      const bytes = patternBytes(total);
      const { sha256, parts } = await digestSource(generatedSource(total, { step }).source, {
        signal,
        partBytes,
      });
      const count = Math.ceil(total / partBytes);
      expect(sha256).toBe(sha256Hex(bytes));
      expect(parts).toEqual(
        Array.from({ length: count }, (_, index) =>
          sha256Hex(bytes.subarray(index * partBytes, (index + 1) * partBytes)),
        ),
      );
    }),
    { numRuns: 50 },
  );
});

describe('what is remembered', () => {
  test('is for its owner alone, replaced as a whole, and goes when it is old', async () => {
    const folder = join(temporaryFolder(), 'a', 'uploads');
    const state = openUploadState(folder);
    await state.write(stateKey('a', 'b'), { one: 1 });
    await state.write(stateKey('a', 'b'), { two: 2 });
    expect(await openUploadState(folder).read(stateKey('a', 'b'))).toEqual({ two: 2 });
    expect(await state.read(stateKey('ab'))).toBeUndefined();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const [file = ''] = readdirSync(folder);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);

    const eightDaysAgo = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    utimesSync(join(folder, file), eightDaysAgo, eightDaysAgo);
    await state.write(stateKey('other'), {});
    expect(readdirSync(folder)).toHaveLength(1);
    expect(await state.read(stateKey('a', 'b'))).toBeUndefined();
  });

  test('cannot be: it is said once, and nothing fails', async () => {
    const notes: string[] = [];
    const folder = join(temporaryFolder(), 'file');
    writeFileSync(folder, '');
    const state = openUploadState(folder, (line) => notes.push(line));
    await state.write('a', {});
    await state.write('b', {});
    await state.remove('a');
    expect(notes).toEqual([expect.stringContaining(folder)]);
    const damaged = join(temporaryFolder(), 'x');
    mkdirSync(damaged);
    writeFileSync(join(damaged, 'a.json'), '{"half":');
    expect(await openUploadState(damaged).read('a')).toBeUndefined();
  });
});

async function readUpTo(reader: ByteReader, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const count = await reader.read(buffer.subarray(filled));
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
