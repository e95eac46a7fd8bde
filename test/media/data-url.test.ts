import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { parseDataUrl } from '../../src/media/data-url.ts';

test('any bytes come back, as base64 and as percent escapes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (array) => {
      const bytes = Buffer.from(array);
      const escaped = bytes.toString('hex').replace(/../g, '%$&');
      expect(parseDataUrl(`data:image/png;base64,${bytes.toString('base64')}`).bytes).toEqual(bytes);
      expect(parseDataUrl(`data:image/png;base64,${bytes.toString('base64url')}`).bytes).toEqual(bytes);
      expect(parseDataUrl(`data:image/png,${escaped}`).bytes).toEqual(bytes);
    }),
  );
});

test.each([
  ['data:image/png;base64,AAAA', 'image/png', 'AAAA'],
  ['data:text/plain;charset=utf-8;base64,AA==', 'text/plain', 'AA=='],
  ['DATA:text/plain;BASE64,AA%3D%3D', 'text/plain', 'AA=='],
  ['data:,a%20b%C3%BC,%', undefined, Buffer.from('a bü,%').toString('base64')],
])('%s', (url, mimeType, base64) => {
  const parsed = parseDataUrl(url);
  expect([parsed.mimeType, parsed.bytes.toString('base64')]).toEqual([mimeType, base64]);
});

test.each([
  'data:image/png',
  'data:image/png;base64,',
  'data:image/png;base64,AA*A',
  'data:image/png;base64,AAAAA',
])('%s is refused', (url) => expect(() => parseDataUrl(url)).toThrow(InputError));
