import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../src/terminal/mask.ts';

describe('masking', () => {
  it('leaves no known secret, wherever it stands', () => {
    const secret = fc.string({ minLength: 8, maxLength: 40 });
    fc.assert(
      fc.property(fc.string(), secret, secret, fc.string(), (before, one, two, after) => {
        // The mask itself may look like a part of a secret made of asterisks.
        fc.pre(!'****'.includes(one.slice(0, 1)) && !'****'.includes(two.slice(0, 1)));
        const text = maskSecrets(`${before}${one}${two}${one}${after}`, [one, two]);
        expect(text).not.toContain(one);
        expect(text).not.toContain(two);
      }),
    );
  });

  it('takes the longer of two nested secrets, and their percent-encoded form', () => {
    expect(maskSecrets('a=secret-one-two', ['secret-one', 'secret-one-two'])).toBe('a=****');
    expect(maskSecrets('?k=pass%20word%2F1', ['pass word/1'])).toBe('?k=****');
  });

  it('does not search for short values', () => {
    expect(maskSecrets('the text', ['the', ''])).toBe('the text');
  });

  it.each([
    ['x-goog-api-key: AIzaSyA1234567890abcdefghijklmnopqrstuvw', 'x-goog-api-key: AIza****'],
    ['ya29.a0AfH6SMBx-y_z.rest more', 'ya29.**** more'],
    ['Authorization: Bearer abc.def-ghi~jkl==', 'Authorization: Bearer ****'],
    ['via http://user:pa55%20word@proxy:3128/', 'via http://user:****@proxy:3128/'],
    ['token eyJhbGciOi.eyJzdWIi.c2ln done', 'token eyJ**** done'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nrest', '[private key ****]\nrest'],
    ['http://host:443/path, a@b.c', 'http://host:443/path, a@b.c'],
    ['a bearer of news', 'a bearer of news'],
  ])('%s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });
});
