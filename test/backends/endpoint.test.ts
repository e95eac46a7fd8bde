import { describe, expect, it } from 'vitest';
import { isLoopback, joinUrl, parseBaseUrl } from '../../src/backends/endpoint.ts';
import { UsageError } from '../../src/errors.ts';

describe('parseBaseUrl', () => {
  it.each([
    'https://example.com',
    'https://example.com:8443/path',
    'http://127.0.0.1:8080',
    'http://localhost/x',
    'http://[::1]:1',
  ])('takes %s', (url) => {
    expect(parseBaseUrl(url, '--base-url').href).toContain(url);
  });

  it.each([
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://10.0.0.1',
    'ftp://example.com',
    'file:///etc/passwd',
    'example.com',
    '',
    'https://user:secret@example.com',
    'https://example.com?key=secret',
  ])('refuses %s and does not repeat a password', (url) => {
    let message = '';
    try {
      parseBaseUrl(url, '--base-url');
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      message = (error as Error).message;
    }
    expect(message).toContain('--base-url');
    expect(message).not.toContain('secret');
  });
});

it('knows this machine', () => {
  expect(['127.0.0.1', '127.9.9.9', '[::1]', 'localhost', 'a.localhost'].every(isLoopback)).toBe(true);
  expect(['128.0.0.1', 'localhost.example.com', '0.0.0.0', 'example.com'].some(isLoopback)).toBe(false);
});

it('joins a path to a base with or without a path and slash', () => {
  for (const base of ['https://h', 'https://h/'])
    expect(joinUrl(new URL(base), 'v1/x?alt=sse').href).toBe('https://h/v1/x?alt=sse');
  for (const base of ['https://h/p', 'https://h/p/'])
    expect(joinUrl(new URL(base), 'v1/m:go').href).toBe('https://h/p/v1/m:go');
});
