import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/byte-source.ts';
import { checkMedia, type InspectedMedium, limitsOf, needsFacts } from '../../src/media/limits.ts';
import { kindOf } from '../../src/media/media-types.ts';
import type { MediaFacts, Medium } from '../../src/media/medium.ts';
import { MEDIA_LIMITS } from '../../src/models/media-limits.ts';

const MB = 1024 * 1024;

function medium(name: string, mimeType: string, byteLength = 1000, options: Medium['options'] = {}): Medium {
  const bytes: ByteSource = { byteLength, name, open: () => Promise.reject(new Error('not to be read')) };
  return { name, kind: kindOf(mimeType), mimeType, content: { bytes }, options };
}
const item = (facts: MediaFacts, ...args: Parameters<typeof medium>): InspectedMedium => ({
  medium: medium(...args),
  facts,
});
const images = (count: number) =>
  Array.from({ length: count }, (_, index) => item({}, `${index}.png`, 'image/png'));
const byUri = (items: InspectedMedium[]) =>
  items.map(({ medium: each, facts }) => ({ medium: { ...each, content: { uri: 'gs://b/o' } }, facts }));
const videos = (count: number, seconds: number, sound = true) =>
  Array.from({ length: count }, (_, index) => item({ seconds, sound }, `${index}.mp4`, 'video/mp4'));
const pdf = (pages: number, bytes = 1000) => item({ pages }, 'scan.pdf', 'application/pdf', bytes);
const talk = (hours: number) => item({ seconds: hours * 3600 }, 'talk.mp3', 'audio/mpeg');

const VISION = { backend: 'vertex', model: 'gemini-1.0-pro-vision-001' };
const PRO = { backend: 'vertex', model: 'gemini-1.5-pro' };
const FLASH = { backend: 'vertex', model: 'gemini-3.8-flash' };
const DEVELOPER = { backend: 'developer', model: 'gemini-3.8-flash' };
const GDC = { backend: 'gdc', model: 'my-gemini' };

describe('limits of the retired models', () => {
  // Just within, then just over.
  it.each([
    ['16 images', VISION, byUri(images(16)), byUri(images(17))],
    ['one image inline', VISION, images(1), images(2)],
    ['one video', VISION, videos(1, 60), videos(2, 60)],
    ['two minutes', VISION, videos(1, 120), videos(1, 121)],
    ['two minutes, silent', VISION, videos(1, 120, false), videos(1, 121, false)],
    ['16 pages in all', VISION, [pdf(8), pdf(8)], [pdf(8), pdf(9)]],
    ['3,000 images', PRO, images(3000), images(3001)],
    ['ten videos', PRO, videos(10, 60), videos(11, 60)],
    ['50 minutes with sound', PRO, videos(1, 3000), videos(1, 3001)],
    ['an hour without', PRO, videos(1, 3600, false), videos(1, 3601, false)],
    ['300 pages', PRO, [pdf(300)], [pdf(301)]],
    ['50 MB', PRO, [pdf(1, 50 * MB)], [pdf(1, 50 * MB + 1)]],
    ['8.4 hours of sound', PRO, [talk(4), talk(4.4)], [talk(4.2), talk(4.3)]],
  ])('%s', (_, target, within, over) => {
    expect(checkMedia(within, target)).toEqual({ errors: [], warnings: [] });
    const { errors } = checkMedia(over, target);
    expect(errors).toHaveLength(1);
  });

  it('images or a video, but not both; and no sound', () => {
    const { errors } = checkMedia([...images(1), ...videos(1, 10), talk(0.1)], VISION);
    expect(errors.join('\n')).toMatch(/1 image beside a video.*none[\s\S]*|recording.*none/);
    expect(errors).toHaveLength(2);
  });

  it('what is uploaded is not inline', () => {
    const uploaded = images(2).map((each) => ({ ...each, delivery: 'upload' as const }));
    expect(checkMedia(uploaded, VISION)).toEqual({ errors: [], warnings: [] });
  });

  it('a model of text takes no media', () => {
    const { errors } = checkMedia(images(1), { backend: 'vertex', model: 'gemini-1.0-pro-002' });
    expect(errors).toHaveLength(1);
  });

  it('every violation is listed, with the medium, both figures and where the limit stands', () => {
    const { errors } = checkMedia([...byUri(images(17)), ...videos(2, 125), pdf(20, 60 * MB)], VISION);
    expect(errors).toHaveLength(8);
    expect(errors).toContainEqual(
      expect.stringMatching(/^17 images, and gemini-1\.0-pro-vision-001 takes 16 \(/),
    );
    expect(errors).toContainEqual(
      expect.stringMatching(/^1\.mp4: 2 min 5 s, and .* takes 2 min \(.*2024-04\)$/),
    );
    expect(errors).toContainEqual(expect.stringMatching(/^scan\.pdf: 63 MB, and .* takes 50 MB/));
  });
});

describe('limits that change', () => {
  it.each([
    ['Vertex AI: 3,000 images and PDFs', FLASH, [...images(2999), pdf(1)], [...images(3000), pdf(1)]],
    ['Vertex AI: 45 minutes', FLASH, videos(1, 2700), videos(1, 2701)],
    ['Vertex AI: one recording', FLASH, [talk(1)], [talk(1), talk(1)]],
    ['Vertex AI, 2.5: 1,000 pages', { ...FLASH, model: 'gemini-2.5-pro' }, [pdf(1000)], [pdf(1001)]],
    ['Vertex AI, 3 pro: 900 images', { ...FLASH, model: 'gemini-3-pro-preview' }, images(900), images(901)],
    ['Developer: 1,000 pages', DEVELOPER, [pdf(1000)], [pdf(1001)]],
    ['Developer: 3,600 images', DEVELOPER, images(3600), images(3601)],
    ['Developer: 9.5 hours', DEVELOPER, [talk(9.5)], [talk(9.6)]],
    [
      'the emulator speaks as the Developer API',
      { ...DEVELOPER, backend: 'emulator' },
      [pdf(1000)],
      [pdf(1001)],
    ],
    ['Distributed Cloud: 100 images', GDC, images(100), images(101)],
    ['Distributed Cloud: 100 seconds', GDC, videos(1, 100), videos(1, 101)],
    ['Distributed Cloud: 120 seconds, silent', GDC, videos(1, 120, false), videos(1, 121, false)],
    ['Distributed Cloud: 100 pages in all', GDC, [pdf(99), pdf(1)], [pdf(99), pdf(2)]],
    ['Distributed Cloud: 15 minutes', GDC, [talk(0.25)], [talk(0.26)]],
  ])('warn (%s)', (_, target, within, over) => {
    expect(checkMedia(within, target)).toEqual({ errors: [], warnings: [] });
    expect(checkMedia(over, target)).toEqual({ errors: [], warnings: [expect.any(String)] });
  });

  it('types that are not listed warn once', () => {
    const many = Array.from({ length: 3 }, () => item({}, 'a.aiff', 'audio/aiff', 10));
    expect(checkMedia(many.slice(0, 1), DEVELOPER).warnings).toEqual([]);
    const { warnings } = checkMedia(many.slice(0, 1), FLASH);
    expect(warnings).toEqual([expect.stringMatching(/^a\.aiff: audio\/aiff is not among/)]);
    expect(checkMedia(byUri(many), FLASH).warnings.filter((line) => line.includes('2 more'))).toHaveLength(1);
    // In the service's own spelling as well.
    expect(checkMedia([item({}, 'a.mov', 'video/mov')], FLASH).warnings).toEqual([]);
  });
});

describe('limits of a model that is not known', () => {
  const unknown = { backend: 'developer', model: 'tuned-x' };

  it('are those of its service alone', () => {
    expect(checkMedia([...images(5000), ...videos(50, 9000), pdf(9999)], unknown)).toEqual({
      errors: [],
      warnings: [],
    });
    expect(checkMedia([pdf(1, 51 * MB)], unknown).errors).toEqual([
      expect.stringMatching(/^scan\.pdf: 53 MB, and the Developer API takes 50 MB/),
    ]);
  });

  it('and none at a server of somebody else', () => {
    const media = [...images(5000), pdf(1, 999 * MB), item({}, 'a.xyz', 'audio/xyz')];
    expect(checkMedia(media, { backend: 'openai', model: 'gemini-1.0-pro-vision' })).toEqual({
      errors: [],
      warnings: [],
    });
  });
});

it('what is not known of a medium is not held against it', () => {
  const dark = [
    item({}, 'a.mp4', 'video/mp4'),
    item({}, 'a.pdf', 'application/pdf'),
    item({}, 'a.mp3', 'audio/mpeg'),
  ];
  expect(checkMedia(dark, PRO)).toEqual({ errors: [], warnings: [] });
});

it('of a video only the piece that is sent counts', () => {
  const piece = item({ seconds: 9000, sound: true }, 'a.mp4', 'video/mp4', 1000, {
    startSeconds: 60,
    endSeconds: 120,
  });
  expect(checkMedia([piece], VISION)).toEqual({ errors: [], warnings: [] });
});

describe('what must be looked into for the limits', () => {
  it.each([
    ['an image', medium('a.png', 'image/png', 90 * MB), false],
    ['a text', medium('a.txt', 'text/plain', 90 * MB), false],
    ['a PDF, which may be encrypted', medium('a.pdf', 'application/pdf', 1), true],
    ['a short recording', medium('a.mp3', 'audio/mpeg', 5 * MB), false],
    ['a long one', medium('a.mp3', 'audio/mpeg', 50 * MB), true],
    ['a short video', medium('a.mp4', 'video/mp4', MB), false],
    ['a long one', medium('a.mp4', 'video/mp4', 5 * MB), true],
  ])('%s', (_, each, needed) => {
    expect(needsFacts([each], FLASH)(each)).toBe(needed);
  });

  it('a URI never', () => {
    const { content: _, ...rest } = medium('a.pdf', 'application/pdf');
    const uri = { ...rest, content: { uri: 'gs://b/a.pdf' } };
    expect(needsFacts([uri], FLASH)(uri)).toBe(false);
  });

  it('short recordings that are long together', () => {
    const many = Array.from({ length: 20 }, () => medium('a.mp3', 'audio/mpeg', MB));
    expect(many.map(needsFacts(many, FLASH))).toEqual(many.map(() => true));
    expect(many.map(needsFacts(many.slice(0, 5), FLASH))).toEqual(many.map(() => false));
  });
});

it('the limits of one medium are told in words', () => {
  expect(limitsOf({ medium: medium('a.pdf', 'application/pdf') }, DEVELOPER)).toEqual([
    '50 MB',
    '1,000 pages',
  ]);
  expect(limitsOf({ medium: medium('a.png', 'image/png') }, PRO)).toContain('3,000 images');
  expect(limitsOf({ medium: medium('a.mp4', 'video/mp4') }, VISION)).toEqual(
    expect.arrayContaining(['1 video', '2 min', '20 MB']),
  );
});

it('every limit names its document and month', () => {
  for (const { source, max } of MEDIA_LIMITS) {
    expect(source.document).not.toBe('');
    expect(source.date).toMatch(/^20\d\d-\d\d$/);
    expect(max).toBeGreaterThanOrEqual(0);
  }
});
