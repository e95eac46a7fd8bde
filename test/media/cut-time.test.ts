import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../src/errors.ts';
import { bufferSource } from '../../src/media/buffer-source.ts';
import { cutTime } from '../../src/media/cut-time.ts';
import type { Medium } from '../../src/media/medium.ts';
import { probeMedium } from '../../src/media/probe.ts';

const MEDIA = resolve(import.meta.dirname, '../fixtures/media');
const signal = new AbortController().signal;

function recording(name: string, mimeType: string, options: Medium['options']): Medium {
  const bytes = bufferSource(readFileSync(join(MEDIA, name)), name);
  return { name, kind: 'audio', mimeType, content: { bytes }, options };
}

describe('a part of a recording', () => {
  it.each([
    ['tone.wav', 'audio/wav'],
    ['tone.mp3', 'audio/mp3'],
  ])('is a recording of its own, without the option: %s', async (name, type) => {
    const whole = (await probeMedium(recording(name, type, {}), { signal })).seconds ?? 0;
    const options = { startSeconds: whole * 0.25, endSeconds: whole * 0.75 };
    const cut = await cutTime(recording(name, type, options), { signal });
    expect(cut.options).toEqual({});
    expect((await probeMedium(cut, { signal })).seconds).toBeCloseTo(whole / 2, 1);
    const toEnd = await cutTime(recording(name, type, { startSeconds: whole * 0.5 }), { signal });
    expect((await probeMedium(toEnd, { signal })).seconds).toBeCloseTo(whole / 2, 1);
  });

  it('must lie in it', async () => {
    const cut = cutTime(recording('tone.wav', 'audio/wav', { startSeconds: 1000 }), { signal });
    await expect(cut).rejects.toThrow(InputError);
  });

  it('is refused for what cannot be cut here', async () => {
    const cut = cutTime(recording('tone.flac', 'audio/flac', { startSeconds: 0.1 }), { signal });
    await expect(cut).rejects.toThrow(UsageError);
  });
});
