import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { generate, inlineFile, prompt, textOf } from './ask-emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

const inline = (mimeType: string, bytes: Buffer | string) => ({
  inlineData: { mimeType, data: Buffer.from(bytes as string).toString('base64') },
});
async function look(part: Record<string, unknown>, model = 'gemini-3.8-flash', generationConfig = {}) {
  const request = { ...prompt(part), generationConfig };
  const response = await generate(emulator.url, request, `v1beta/models/${model}`);
  const counts = response.usageMetadata?.promptTokensDetails ?? [];
  return {
    text: textOf(response),
    tokens: Object.fromEntries(counts.map((each) => [each.modality, each.tokenCount])),
  };
}

/** A MPEG-4 file of a movie header alone (ISO/IEC 14496-12): that many milliseconds, no track. */
function movie(milliseconds: number): Buffer {
  const box = (type: string, ...content: Buffer[]) => {
    const body = Buffer.concat(content);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length + 8);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  };
  const header = Buffer.alloc(100);
  header.writeUInt32BE(1000, 12);
  header.writeUInt32BE(milliseconds, 16);
  return Buffer.concat([box('ftyp', Buffer.from('isom\0\0\0\0')), box('moov', box('mvhd', header))]);
}

/** One second for each 8,000 bytes of silence. */
function wave(seconds: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0).toString();
  header.writeUInt32LE(36 + seconds * 8000, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(seconds * 8000, 40);
  return Buffer.concat([header, Buffer.alloc(seconds * 8000, 128)]);
}

const pdf = (pages: number, more = '') => {
  const objects = Array.from(
    { length: pages },
    (_, index) => `${index + 3} 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n`,
  );
  return `%PDF-1.4\n2 0 obj\n<< /Type /Pages /Count ${pages} >>\nendobj\n${objects.join('')}${more}`;
};

test('a photograph: its pixels, its size, its tokens by family', async () => {
  const coffee = inlineFile('examples/coffee.jpg', 'image/jpeg');
  const { text, tokens } = await look(coffee);
  expect(text).toContain('1. image/jpeg, 600×400, 56.1 kB.');
  expect(tokens).toEqual({ IMAGE: 1120 });
  const low = { mediaResolution: 'MEDIA_RESOLUTION_LOW' };
  expect((await look(coffee, undefined, low)).tokens).toEqual({ IMAGE: 280 });
  expect(
    (await look({ ...coffee, mediaResolution: { level: 'MEDIA_RESOLUTION_ULTRA_HIGH' } })).tokens,
  ).toEqual({ IMAGE: 2240 });
  // 600×400 is cut into tiles of 266: three by two.
  expect((await look(coffee, 'gemini-2.5-flash')).tokens).toEqual({ IMAGE: 6 * 258 });
  expect((await look(coffee, 'gemini-1.5-pro')).tokens).toEqual({ IMAGE: 258 });
});

test('a recording: its length, 32 tokens a second', async () => {
  const { text, tokens } = await look(inlineFile('examples/talk.mp3', 'audio/mp3'));
  expect(text).toContain('audio/mp3, 18.4 s, 147.5 kB');
  expect(tokens).toEqual({ AUDIO: Math.ceil(18.396 * 32) });
  expect((await look(inline('audio/wav', wave(3)))).tokens).toEqual({ AUDIO: 96 });
});

test('a video: its length from the movie header, one frame a second unless told otherwise', async () => {
  const clip = inline('video/mp4', movie(12_500));
  const { text, tokens } = await look(clip, 'gemini-2.5-flash');
  expect(text).toContain('video/mp4, 12.5 s');
  expect(tokens.VIDEO).toBe(13 * 258);
  const cut = { ...clip, videoMetadata: { startOffset: '2s', endOffset: '4s', fps: 5 } };
  expect((await look(cut, 'gemini-2.5-flash')).tokens.VIDEO).toBe(10 * 258);
});

test('a PDF: its pages, where they lie open', async () => {
  const { text, tokens } = await look(inline('application/pdf', pdf(3)), 'gemini-2.5-pro');
  expect(text).toContain('application/pdf, 3 pages');
  expect(tokens).toEqual({ DOCUMENT: 3 * 258 });
  expect((await look(inline('application/pdf', pdf(3, '9 0 obj\n<< /Type /ObjStm >>')))).text).not.toContain(
    'page',
  );
});

test.each(['How wide is it?', 'BMW makes cars', 'ID3 is a tag', 'a ftypical'])(
  'text such as %j is no medium',
  async (words) => {
    const { text } = await look(inline('text/plain', words));
    expect(text).toContain(`text/plain, ${words.length} bytes, ${JSON.stringify(words)}`);
  },
);

test('a text file is quoted', async () => {
  const { text, tokens } = await look(inline('text/plain', 'äöü, one two'));
  expect(text).toContain('text/plain, 15 bytes, "äöü, one two"');
  expect(tokens).toEqual({ TEXT: 3 });
});

test('content that is not what it claims to be is named', async () => {
  const { text, tokens } = await look(inlineFile('examples/coffee.jpg', 'image/png'));
  expect(text).toContain('image/png (but its content is JPEG), 600×400');
  expect(tokens).toEqual({ IMAGE: 1120 });
  expect((await look(inlineFile('examples/talk.mp3', 'image/jpeg'))).text).toContain('content is MP3');
  expect((await look(inline('image/png', 'not an image'))).text).toContain(
    'image/png (but its content is not of that type), 12 bytes',
  );
});

test('broken media are still counted and described', async () => {
  const half = readFileSync('examples/coffee.jpg').subarray(0, 4);
  const { text, tokens } = await look(inline('image/jpeg', half));
  expect(text).toContain('image/jpeg, 4 bytes');
  expect(tokens).toEqual({ IMAGE: 1120 });
  expect((await look(inline('audio/wav', wave(1).subarray(0, 20)))).text).toContain('audio/wav, 20 bytes');
});

test('bytes in the url-safe alphabet are the same bytes', async () => {
  const data = readFileSync('examples/coffee.jpg').toString('base64url');
  expect((await look({ inlineData: { mimeType: 'image/jpeg', data } })).text).toContain('600×400, 56.1 kB');
});

test('a file by URI is named and not fetched', async () => {
  const part = { fileData: { mimeType: 'image/jpeg', fileUri: 'gs://bucket/scones.jpg' } };
  const { text, tokens } = await look(part);
  expect(text).toContain('image/jpeg at gs://bucket/scones.jpg (not fetched)');
  expect(tokens).toEqual({ IMAGE: 1120 });
});
