import { expect, it } from 'vitest';
import { parseByteSize } from '../../src/prompt/byte-size.ts';

it.each([
  ['1048576', 1_048_576],
  ['64MiB', 67_108_864],
  ['64M', 67_108_864],
  ['200MB', 200_000_000],
  ['1.5 GB', 1_500_000_000],
  ['2gib', 2_147_483_648],
  ['10kB', 10_000],
  ['0', 0],
  ['5B', 5],
])('%s is %i bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

it.each(['', 'MB', '-1', '1e6', '1,5MB', '5iB', '10 bytes', '9'.repeat(20), '999999999999999TB'])(
  '%j is no size',
  (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  },
);
