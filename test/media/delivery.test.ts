import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delay } from '../../src/concurrency.ts';
import { InputError, UnavailableError, UsageError } from '../../src/errors.ts';
import { bufferSource } from '../../src/media/buffer-source.ts';
import { type DeliverOptions, type DeliveryRules, deliver, planDelivery } from '../../src/media/delivery.ts';
import type { Medium } from '../../src/media/medium.ts';
import type { Uploader } from '../../src/uploads/uploader.ts';
import { generatedSource } from '../http/servers.ts';

const limits = { requestBytes: 100_000, uriSchemes: ['https:', 'gs:'], mimeNames: 'vertex' } as const;
const signal = new AbortController().signal;

function medium(byteLength: number, more: Partial<Medium> = {}): Medium {
  const bytes = {
    ...generatedSource(byteLength).source,
    name: `${byteLength}.mp4`,
    path: `/${byteLength}.mp4`,
  };
  return { name: bytes.name, kind: 'video', mimeType: 'video/mp4', content: { bytes }, options: {}, ...more };
}

const BY_URI = medium(0, { content: { uri: 'gs://b/o.mp4' } });

function rules(more: Partial<DeliveryRules> = {}): DeliveryRules {
  return { limits, upload: 'auto', canUpload: true, ...more };
}

/** Notes what it was given, and how many of it at once. */
function uploaderOf(upload: (name: string) => Promise<void> = async () => {}) {
  const seen = { names: [] as string[], now: 0, most: 0, aborted: 0, made: 0 };
  const uploader: Uploader = {
    name: 'test',
    async upload({ source, mimeType, displayName }, { signal: own, onProgress }) {
      seen.names.push(displayName);
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      own.addEventListener('abort', () => (seen.aborted += 1));
      onProgress?.(source.byteLength / 2, source.byteLength);
      await upload(displayName).finally(() => (seen.now -= 1));
      own.throwIfAborted();
      onProgress?.(source.byteLength, source.byteLength);
      return { mimeType, fileUri: `gs://bucket/${displayName}` };
    },
  };
  const make = async () => {
    seen.made += 1;
    return uploader;
  };
  return { make, seen };
}

function options(more: Partial<DeliverOptions> = {}): DeliverOptions {
  return { limits, upload: 'auto', uploader: undefined, signal, ...more };
}

describe('the plan', () => {
  test('what fits stays in the request: it is the sum of base64 that counts, and the rest of the request', () => {
    const two = [medium(37_000), medium(37_000)];
    expect(planDelivery(two, rules())).toEqual(['inline', 'inline']);
    expect(planDelivery([...two, BY_URI], rules({ canUpload: false }))).toEqual(['inline', 'inline', 'uri']);
    expect(planDelivery(two, rules({ otherBytes: 2000 }))).toEqual(['upload', 'inline']);
  });

  test('the largest are uploaded first, no more than needed', () => {
    const media = [medium(10_000), medium(50_000), medium(20_000), BY_URI, medium(40_000)];
    expect(planDelivery(media, rules())).toEqual(['inline', 'upload', 'inline', 'uri', 'inline']);
  });

  test('for any sizes fits, and no upload could have been left out', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 90_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, (bytes) => {
        const ways = planDelivery(
          bytes.map((size) => medium(size)),
          rules(),
        );
        const base64 = (size: number) => Math.ceil(size / 3) * 4 + 200;
        const inline = bytes.filter((_, index) => ways[index] === 'inline');
        const uploaded = bytes.filter((_, index) => ways[index] === 'upload');
        const sum = inline.reduce((total, size) => total + base64(size), 0);
        expect(sum).toBeLessThanOrEqual(limits.requestBytes);
        for (const size of uploaded) {
          expect(sum + base64(size)).toBeGreaterThan(limits.requestBytes);
          for (const other of inline) expect(size).toBeGreaterThanOrEqual(other);
        }
      }),
    );
  });

  test('--upload always takes all of them; never refuses what is too much', () => {
    expect(planDelivery([medium(1), BY_URI], rules({ upload: 'always' }))).toEqual(['upload', 'uri']);
    expect(planDelivery([medium(1)], rules({ upload: 'never' }))).toEqual(['inline']);
    const never = () => planDelivery([medium(200_000)], rules({ upload: 'never' }));
    expect(never).toThrow(InputError);
    expect(never).toThrow(expect.objectContaining({ hint: 'leave out --upload never' }));
  });

  test('a refusal names sizes, the limit and the way out', () => {
    const refuse = (uriSchemes: string[]) =>
      planDelivery(
        [medium(60_000), medium(30_000)],
        rules({ canUpload: false, limits: { ...limits, uriSchemes } }),
      );
    expect(() => refuse(['gs:'])).toThrow(InputError);
    expect(() => refuse(['gs:'])).toThrow(/120 kB.*100 kB/);
    expect(() => refuse(['gs:'])).toThrow(
      expect.objectContaining({
        details: [expect.stringContaining('60000.mp4: 60 kB'), expect.stringContaining('30000.mp4: 30 kB')],
        hint: expect.stringContaining('--upload-to gs://'),
      }),
    );
    expect(() => refuse(['s3:'])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('s3://') }),
    );
    expect(() => refuse([])).toThrow(expect.objectContaining({ hint: 'send fewer or smaller files' }));
    const always = () => planDelivery([medium(1)], rules({ upload: 'always', canUpload: false }));
    expect(always).toThrow(UsageError);
  });
});

describe('delivery', () => {
  test('makes a part of each medium, in their order, with its options', async () => {
    const { make, seen } = uploaderOf();
    const large = medium(80_000, { options: { startSeconds: 3 } });
    const small = medium(10, { content: { bytes: bufferSource(Buffer.from('0123456789'), 'data:') } });
    const parts = await deliver([small, large, BY_URI], options({ uploader: make }));
    expect(parts).toMatchObject([
      { inlineData: { mimeType: 'video/mp4' } },
      {
        fileData: { mimeType: 'video/mp4', fileUri: 'gs://bucket/80000.mp4' },
        videoMetadata: { startOffset: '3s' },
      },
      { fileData: { fileUri: 'gs://b/o.mp4' } },
    ]);
    expect(seen.names).toEqual(['80000.mp4']);
  });

  test('makes no uploader when all fits', async () => {
    const { make, seen } = uploaderOf();
    await deliver([medium(10)], options({ uploader: make }));
    expect(seen.made).toBe(0);
  });

  test('uploads at most four at once, the same file once, and adds up their progress', async () => {
    const { make, seen } = uploaderOf(() => delay(2));
    const media = Array.from({ length: 9 }, (_, index) => medium(1000 + index));
    const progress: [number, number][] = [];
    const onProgress = (sent: number, total: number) => progress.push([sent, total]);
    const upload = { uploader: make, upload: 'always', onProgress } as const;
    const parts = await deliver([...media, medium(1000)], options(upload));
    expect(seen.most).toBe(4);
    expect(seen.names).toHaveLength(9);
    expect(parts[9]).toEqual(parts[0]);
    const total = media.reduce((sum, _, index) => sum + 1000 + index, 0);
    expect(progress.at(-1)).toEqual([total, total]);
    expect(progress.map(([sent]) => sent)).toEqual(progress.map(([sent]) => sent).toSorted((a, b) => a - b));
  });

  test('that fails ends the other uploads and begins no more', async () => {
    const broken = new UnavailableError('1001.mp4: no way');
    const { make, seen } = uploaderOf(async (name) => {
      await delay(2);
      if (name === '1001.mp4') throw broken;
      await delay(5);
    });
    const media = Array.from({ length: 9 }, (_, index) => medium(1000 + index));
    await expect(deliver(media, options({ uploader: make, upload: 'always' }))).rejects.toBe(broken);
    expect(seen.now).toBe(0);
    expect(seen.names).toHaveLength(4);
    expect(seen.aborted).toBe(4);
  });
});
