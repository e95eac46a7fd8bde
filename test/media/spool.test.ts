import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/byte-source.ts';
import { InputError } from '../../src/errors.ts';
import { spool } from '../../src/media/spool.ts';

const MIB = 1024 * 1024;

let folder: string;
const own = process.env.TMPDIR;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spool-'));
  process.env.TMPDIR = folder;
});
afterAll(() => {
  if (own === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = own;
  rmSync(folder, { recursive: true, force: true });
});

const limit = { bytes: 64 * MIB, exceeded: () => new InputError('too much') };

async function* chunksOf(bytes: Buffer, sizes: readonly number[]) {
  for (let start = 0, index = 0; start < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function readAll(source: ByteSource): Promise<Buffer> {
  const reader = await source.open();
  const pieces: Buffer[] = [];
  for (;;) {
    const buffer = Buffer.alloc(100_000);
    const count = await reader.read(buffer);
    if (count === 0) break;
    pieces.push(buffer.subarray(0, count));
  }
  await reader.close();
  return Buffer.concat(pieces);
}

const pattern = (length: number) =>
  Buffer.from(Uint32Array.from({ length: length >> 2 }, (_, n) => n * 2654435761).buffer);

describe('bytes of unknown number', () => {
  it('are given whole and again, in whatever chunks they come, and leave no name behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 4, 4 * MIB - 4, 4 * MIB, 4 * MIB + 4, 7 * MIB),
        fc.array(fc.integer({ min: 1, max: 3 * MIB }), { minLength: 1, maxLength: 5 }),
        async (length, sizes) => {
          fc.pre(Math.max(...sizes) > 1000);
          const bytes = pattern(length);
          const source = await spool(chunksOf(bytes, sizes), 'it', limit);
          expect(readdirSync(folder)).toEqual([]);
          expect(source).toMatchObject({ byteLength: length, name: 'it' });
          const passes = await Promise.all([readAll(source), readAll(source)]);
          expect(passes.every((pass) => pass.equals(bytes))).toBe(true);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('beyond the limit are an error, and the source is told to stop', async () => {
    let stopped = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(MIB);
      } finally {
        stopped = true;
      }
    }
    await expect(spool(endless(), 'it', { ...limit, bytes: 6 * MIB })).rejects.toThrow('too much');
    expect(stopped).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('for which there is no place are an error that names the folder', async () => {
    process.env.TMPDIR = join(folder, 'nowhere');
    try {
      await expect(spool(chunksOf(pattern(5 * MIB), [MIB]), 'it', limit)).rejects.toThrow(/nowhere/);
    } finally {
      process.env.TMPDIR = folder;
    }
  });
});
