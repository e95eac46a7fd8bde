import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { objectName, parseBucketTarget } from '../../src/uploads/bucket.ts';
import { rebase } from '../../src/uploads/service.ts';

test('a bucket, and a folder in it', () => {
  expect(parseBucketTarget('gs://media', '--upload-to')).toEqual({
    scheme: 'gs:',
    bucket: 'media',
    prefix: '',
  });
  const target = parseBucketTarget('s3://my.bucket-1/a b/ü//', '--upload-to');
  expect(target).toEqual({ scheme: 's3:', bucket: 'my.bucket-1', prefix: 'a b/ü/' });
  expect(objectName(target, 'abc', '/home/me/Talk.MP4')).toBe('a b/ü/abc.mp4');
  expect(objectName(target, 'abc', 'no extension.')).toBe('a b/ü/abc');
  expect(objectName(target, 'abc', 'what.is this?')).toBe('a b/ü/abc');
});

test.each([
  'media',
  'gs:/media',
  'gs://',
  'gs:///x',
  'https://media/x',
  'gs://UPPER',
  'gs://a/..',
  's3://a/b/../c',
  'gs://a/b\n',
  'gs://b?x',
])('%j is no bucket', (address) => {
  expect(() => parseBucketTarget(address, '--upload-to')).toThrow(UsageError);
});

test('an address that a server gives leads to the server that was asked', () => {
  const base = new URL('https://gateway.test/google/');
  const paths = [
    [
      'https://generativelanguage.googleapis.com/upload/v1beta/files?upload_id=1',
      '/google/upload/v1beta/files?upload_id=1',
    ],
    ['https://gateway.test/google/upload?id=1', '/google/upload?id=1'],
    ['//evil.test/upload#x', '/google/upload'],
    ['/upload', '/google/upload'],
  ];
  for (const [given = '', path] of paths)
    expect(rebase(given, base).href).toBe(`https://gateway.test${path}`);
  expect(rebase('https://u:p@evil.test:8443/x', new URL('http://127.0.0.1:80')).href).toBe(
    'http://127.0.0.1/x',
  );
  expect(() => rebase('//', base)).toThrow(/no address/);
});
