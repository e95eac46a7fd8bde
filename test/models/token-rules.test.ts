import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenFamilyOf } from '../../src/models/token-families.ts';
import { type CountedMedium, estimateTokens } from '../../src/models/token-rules.ts';

const estimate = (
  model: string,
  medium: Partial<CountedMedium> & Pick<CountedMedium, 'kind'>,
  resolution?: string,
  backend?: string,
) => estimateTokens({ facts: {}, options: {}, ...medium }, tokenFamilyOf(model, backend), resolution).tokens;

const image = (width: number, height: number) => ({ kind: 'image' as const, facts: { width, height } });
const audio = (seconds: number) => ({ kind: 'audio' as const, facts: { seconds } });
const video = (seconds: number, sound: boolean, options: CountedMedium['options'] = {}) => ({
  kind: 'video' as const,
  facts: { seconds, sound },
  options,
});
const pdf = (pages: number) => ({ kind: 'document' as const, mimeType: 'application/pdf', facts: { pages } });

const VISION = 'gemini-1.0-pro-vision';
const PRO_15 = 'gemini-1.5-pro';
const FLASH_25 = 'gemini-2.5-flash';
const FLASH_38 = 'gemini-3.8-flash';

describe('tokens of media', () => {
  // The figures of the documents themselves.
  it.each([
    ['1.0: every image 258', VISION, image(4000, 100), undefined, 258],
    ['1.5: 1000×2000 is itself and 2 tiles', PRO_15, image(1000, 2000), undefined, 774],
    ['1.5: nearly square', PRO_15, image(3000, 2600), undefined, 258],
    ['1.5: short', PRO_15, image(767, 100), undefined, 258],
    ['2.5: both sides up to 384', FLASH_25, image(384, 384), undefined, 258],
    ['2.5: 960×540 is 3 × 2 tiles', FLASH_25, image(960, 540), undefined, 6 * 258],
    ['2.5: low', FLASH_25, image(960, 540), 'MEDIA_RESOLUTION_LOW', 64],
    ['3: by resolution, not by size', FLASH_38, image(9000, 10), undefined, 1120],
    ['3: low', FLASH_38, image(10, 10), 'MEDIA_RESOLUTION_LOW', 280],
    ['3: medium', FLASH_38, { kind: 'image' as const }, 'MEDIA_RESOLUTION_MEDIUM', 560],
    ['1.5: an hour of sound', PRO_15, audio(3600), undefined, 115_200],
    ['3: a minute of sound is 1,500', FLASH_38, audio(60), undefined, 1500],
    ['1.0: takes no sound', VISION, audio(60), undefined, undefined],
    ['1.0: does not hear a video', VISION, video(60, true), undefined, 60 * 258],
    ['1.5: frames, sound and time stamps', PRO_15, video(60, true), undefined, 60 * (258 + 32 + 7)],
    ['1.5: silent', PRO_15, video(60, false), undefined, 60 * 258],
    ['2.5: low', FLASH_25, video(10, false), 'MEDIA_RESOLUTION_LOW', 660],
    ['3: frames and sound', FLASH_38, video(10, true), undefined, 10 * (70 + 25)],
    ['3: high', FLASH_38, video(10, false), 'MEDIA_RESOLUTION_HIGH', 2800],
    ['2.5: a page', FLASH_25, pdf(12), undefined, 12 * 258],
    ['3: a page', FLASH_38, pdf(12), undefined, 12 * 560],
    ['3: a page, high', FLASH_38, pdf(1), 'MEDIA_RESOLUTION_HIGH', 1120],
  ])('%s', (_, model, medium, resolution, tokens) => {
    expect(estimate(model, medium, resolution)).toBe(tokens);
  });

  it('of Distributed Cloud, whatever it calls its model', () => {
    expect(estimate('my-endpoint', image(4000, 3000), undefined, 'gdc')).toBe(258);
    expect(estimate('my-endpoint', audio(60), undefined, 'gdc')).toBe(1500);
    expect(estimate('my-endpoint', video(10, true), undefined, 'gdc')).toBe(10 * (258 + 32 + 7));
  });

  it('of the piece that "#t=" takes, at the rate of "#fps="', () => {
    expect(estimate(FLASH_38, video(600, false, { startSeconds: 30, endSeconds: 40 }))).toBe(700);
    expect(estimate(FLASH_38, video(35, false, { startSeconds: 30, endSeconds: 40 }))).toBe(350);
    expect(estimate(FLASH_38, video(10, false, { fps: 0.5 }))).toBe(350);
    expect(estimate(FLASH_38, video(10, true, { fps: 4 }))).toBe(40 * 70 + 10 * 25);
    // The end alone tells how long it can be at most, as of a video that the service fetches.
    const fetched = { kind: 'video' as const, facts: {}, options: { endSeconds: 10 } };
    expect(estimate(VISION, fetched)).toBe(2580);
  });

  it('go by a part’s own resolution where the models take one', () => {
    const low = { ...image(10, 10), options: { resolution: 'low' } };
    expect(estimate(FLASH_38, low, 'MEDIA_RESOLUTION_HIGH')).toBe(280);
    expect(estimate(FLASH_25, { ...image(960, 540), options: { resolution: 'low' } })).toBe(6 * 258);
  });

  it('are not guessed where a fact is missing', () => {
    for (const medium of [{ kind: 'audio' }, { kind: 'video' }, { kind: 'document' }] as const) {
      expect(estimate(FLASH_38, medium)).toBeUndefined();
    }
    expect(estimate(PRO_15, { kind: 'image' })).toBeUndefined();
    expect(estimate('llama-4', image(10, 10))).toBeUndefined();
  });

  it('of any size are a whole number, and never fewer for more', () => {
    const models = fc.constantFrom(VISION, PRO_15, FLASH_25, FLASH_38);
    fc.assert(
      fc.property(models, fc.double({ min: 0.01, max: 1e5, noNaN: true }), (model, seconds) => {
        const some = estimate(model, video(seconds, true)) ?? 0;
        expect(Number.isInteger(some)).toBe(true);
        expect(estimate(model, video(seconds * 2, true))).toBeGreaterThanOrEqual(some);
      }),
    );
  });
});

describe('tokens of text', () => {
  const count = (text: string) => estimateTokens({ text }, tokenFamilyOf(FLASH_38)).tokens;

  it('are a quarter of its characters, and Chinese, Japanese and Korean ones each', () => {
    expect(count('')).toBe(0);
    expect(count('a')).toBe(1);
    expect(count('abcdefgh')).toBe(2);
    expect(count('漢字かなハングル한글')).toBe(10);
    expect(count('𠀀𠀀abcd')).toBe(3);
  });

  it('of a file come out as those of the same text', () => {
    const facts = { characters: 1000, wideCharacters: 400 };
    const file = { kind: 'document' as const, mimeType: 'text/plain', facts };
    expect(estimate(FLASH_38, file)).toBe(count('漢'.repeat(400) + 'a'.repeat(600)));
    // Whoever made the model: text is text.
    expect(estimate('llama-4', file)).toBe(550);
  });
});

describe('the family of a model', () => {
  it.each([
    ['gemini-pro-vision', 'Gemini 1.0'],
    ['gemini-1.0-pro-002', 'Gemini 1.0'],
    ['publishers/google/models/gemini-1.5-flash-002', 'Gemini 1.5'],
    ['models/gemini-2.0-flash', 'Gemini 2'],
    ['google/gemini-3.8-flash', 'Gemini 3'],
    ['gemini-flash-latest', 'Gemini 3'],
    ['gemini-4-argon', 'Gemini 3'],
    ['gemma-4-31b-it', undefined],
  ])('%s', (model, name) => {
    expect(tokenFamilyOf(model)?.name).toBe(name);
  });
});
