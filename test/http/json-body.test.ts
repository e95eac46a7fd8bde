import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteSource } from '../../src/byte-source.ts';
import { createJsonBody } from '../../src/http/json-body.ts';
import { streamBody } from '../../src/http/stream-body.ts';
import { generatedSource } from './servers.ts';

const signal = new AbortController().signal;

/** A leaf that is bytes: what the source gives, in which steps, and what may stand before it. */
class Bytes {
  readonly bytes: Uint8Array;
  readonly step: number;
  readonly prefix: string | undefined;

  constructor(bytes: Uint8Array, step: number, prefix: string | undefined) {
    this.bytes = bytes;
    this.step = step;
    this.prefix = prefix;
  }
}

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.constant(null),
  fc
    .tuple(
      fc.uint8Array({ maxLength: 5000 }),
      fc.integer({ min: 1, max: 700 }),
      fc.option(fc.string(), { nil: undefined }),
    )
    .map(([bytes, step, prefix]) => new Bytes(bytes, step, prefix)),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('node'), { maxKeys: 4 }),
  ),
})).node;

test('is the JSON that JSON.stringify gives for base64 strings, with its exact length, at any size of reads', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (value) => {
      const body = createJsonBody(replaceBytes(value, toSource));
      const sent = await collect(body);
      expect(sent.toString()).toBe(JSON.stringify(replaceBytes(value, toBase64)));
      expect(body.byteLength).toBe(sent.length);
    }),
    { numRuns: 200 },
  );
});

test('joins slices and blocks of large sources without a seam', async () => {
  for (const size of [48 * 1024, 192 * 1024, 384 * 1024, 384 * 1024 + 1, 1_000_000]) {
    const { source } = generatedSource(size, { step: 100_001 });
    const sent = JSON.parse((await collect(createJsonBody([source, source]))).toString());
    const expected = Buffer.from(Array.from({ length: size }, (_, i) => i % 251)).toString('base64');
    expect(sent[0] === expected && sent[1] === expected, `${size} bytes`).toBe(true);
  }
});

test('a text that looks like a mark stays a text', async () => {
  const random = Math.random;
  const rolls = [0.5, 0.5];
  Math.random = () => rolls.pop() ?? random();
  try {
    const half = (0.5).toString(36);
    const { source } = generatedSource(3);
    const sent = await collect(createJsonBody([`<${half}${half}`, source]));
    expect(JSON.parse(sent.toString())).toEqual([`<${half}${half}`, 'AAEC']);
  } finally {
    Math.random = random;
  }
});

function replaceBytes(value: unknown, replace: (bytes: Bytes) => unknown): unknown {
  if (value instanceof Bytes) return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaceBytes(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceBytes(item, replace)]));
}

function toBase64({ bytes, prefix = '' }: Bytes): string {
  return prefix + Buffer.from(bytes).toString('base64');
}

function toSource({ bytes, step, prefix }: Bytes): ByteSource & { prefix?: string } {
  return {
    byteLength: bytes.length,
    name: 'bytes',
    ...(prefix !== undefined && { prefix }),
    async open() {
      let position = 0;
      return {
        async read(buffer) {
          const piece = bytes.subarray(position, position + Math.min(step, buffer.length));
          buffer.set(piece);
          position += piece.length;
          return piece.length;
        },
        async close() {},
      };
    },
  };
}

async function collect(body: ReturnType<typeof createJsonBody>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await streamBody(body, (chunk) => void chunks.push(Buffer.from(chunk)), signal);
  return Buffer.concat(chunks);
}
