import { Storage } from '@google-cloud/storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { crc32c, crc32cText } from '../../src/emulator/store/crc32c.ts';
import { patternBytes } from '../http/servers.ts';
import { generate, prompt, textOf } from './ask-emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

const bucket = () => new Storage({ apiEndpoint: emulator.url, projectId: 'p' }).bucket('media');

test('the official client saves by a resumable upload, checks the content, lists and deletes', async () => {
  const content = patternBytes(3_000_000);
  const file = bucket().file('a folder/ä#1.bin');
  // The client sends the sum it has calculated, compares, and compares again what it gets.
  await file.save(content, { resumable: true, validation: 'md5', contentType: 'video/mp4' });
  expect((await file.download({ validation: 'crc32c' }))[0].equals(content)).toBe(true);
  expect((await file.getMetadata())[0]).toMatchObject({ size: '3000000', contentType: 'video/mp4' });

  await bucket()
    .file('b.txt')
    .save('short', { resumable: true, chunkSize: 256 * 1024 });
  const [listed] = await bucket().getFiles({ prefix: 'a folder/' });
  expect(listed.map(({ name }) => name)).toEqual(['a folder/ä#1.bin']);
  await file.delete();
  expect(await file.exists()).toEqual([false]);
});

test('it sends in chunks, and does not replace what is there when told so', async () => {
  const content = patternBytes(1_000_000);
  const file = bucket().file('chunks');
  await file.save(content, { resumable: true, chunkSize: 256 * 1024 });
  expect((await file.download())[0].equals(content)).toBe(true);
  const again = file.save('other', { resumable: true, preconditionOpts: { ifGenerationMatch: 0 } });
  await expect(again).rejects.toMatchObject({ status: 412 });
});

test('an object is described in a prompt', async () => {
  const text = 'The quick brown fox.';
  const upload = `${emulator.url}/upload/storage/v1/b/media/o?uploadType=media&name=notes/fox.txt`;
  await fetch(upload, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: text });
  const part = { fileData: { fileUri: 'gs://media/notes/fox.txt', mimeType: 'text/plain' } };
  expect(textOf(await generate(emulator.url, prompt(part)))).toContain(`text/plain, 20 bytes, "${text}"`);
});

test('crc32c of the check value', () => {
  // RFC 3720, B.4, and the catalogue of CRCs: "123456789" is e3069283.
  expect(crc32c(0, Buffer.from('123456789')).toString(16)).toBe('e3069283');
  expect(crc32c(crc32c(0, Buffer.from('1234')), Buffer.from('56789')).toString(16)).toBe('e3069283');
  expect(crc32cText(0xe3069283)).toBe('4waSgw==');
});
