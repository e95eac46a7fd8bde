import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { bufferSource } from '../../src/media/buffer-source.ts';
import { cutPages } from '../../src/media/cut-pages.ts';
import { probeMedium } from '../../src/media/probe.ts';

const MEDIA = resolve(import.meta.dirname, '../fixtures/media');
const fixture = (name: string) => bufferSource(readFileSync(join(MEDIA, name)), name);
const signal = new AbortController().signal;

async function pagesOf(bytes: Awaited<ReturnType<typeof cutPages>>) {
  const options = {};
  const medium = {
    name: 'x.pdf',
    kind: 'document',
    mimeType: 'application/pdf',
    content: { bytes },
    options,
  };
  return (await probeMedium(medium as Parameters<typeof probeMedium>[0], { signal })).pages;
}

describe('pages cut out of a PDF', () => {
  it.each(['3-pages.pdf', 'linearized.pdf', 'object-streams.pdf'])(
    'are a PDF of their own: %s',
    async (name) => {
      expect(await pagesOf(await cutPages(fixture(name), [{ first: 2, last: 3 }]))).toBe(2);
      expect(await pagesOf(await cutPages(fixture(name), [{ first: 3, last: 3 }]))).toBe(1);
      const twice = [
        { first: 1, last: 1 },
        { first: 1, last: 2 },
      ];
      expect(await pagesOf(await cutPages(fixture(name), twice))).toBe(3);
    },
  );

  it('must be there', async () => {
    const cut = cutPages(fixture('3-pages.pdf'), [{ first: 2, last: 4 }]);
    await expect(cut).rejects.toThrow(InputError);
    await expect(cut).rejects.toThrow('page 4');
  });

  it.each(['password-r4.pdf', 'restricted-r6.pdf'])('must be readable: %s', async (name) => {
    await expect(cutPages(fixture(name), [{ first: 1, last: 1 }])).rejects.toThrow('encrypted');
  });

  it('must be those of a PDF', async () => {
    const text = bufferSource(Buffer.from('%PDF-1.4 and then nothing'), 'broken.pdf');
    await expect(cutPages(text, [{ first: 1, last: 1 }])).rejects.toThrow('damaged');
  });
});
