import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { fileTypeFromBuffer } from 'file-type/core';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { knownType } from '../../src/media/media-types.ts';
import { detectMimeType, typeOfName } from '../../src/media/mime-type.ts';
import { ebml, iso, REFUSED, TAKEN } from './heads.ts';

describe('the type of a medium, by its content', () => {
  test.each(TAKEN)('%s', async (_label, name, bytes, type) => {
    expect((await detectMimeType(bytes, name)).mimeType).toBe(type);
  });

  test.each(REFUSED)('%s is refused by name', async (_label, name, bytes, words) => {
    const error = await detectMimeType(bytes, name).catch((reason) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(words);
    expect(error.hint).toBeTruthy();
  });

  test('real files', async () => {
    const head = (file: string) =>
      readFileSync(new URL(`../../examples/${file}`, import.meta.url)).subarray(0, 65536);
    expect(await detectMimeType(head('coffee.jpg'), 'coffee.jpg')).toEqual({
      mimeType: 'image/jpeg',
      by: 'content',
    });
    expect(await detectMimeType(head('talk.mp3'), 'talk.mp3')).toEqual({
      mimeType: 'audio/mpeg',
      by: 'content',
    });
  });

  test('the signatures that we know ourselves say what the library says', async () => {
    for (const label of ['JPEG', 'PNG', 'animated PNG', 'WebP', 'WAV', 'PDF', 'MP3 with ID3']) {
      const [, , bytes, type] = TAKEN.find((row) => row[0] === label) ?? ['', '', Buffer.alloc(0), ''];
      expect(knownType((await fileTypeFromBuffer(bytes))?.mime ?? '')).toBe(type);
      expect((await detectMimeType(bytes, 'a.mp3')).mimeType).toBe(type);
    }
  });

  test('any bytes under any name are a known type or an InputError', async () => {
    const starts = [...TAKEN, ...REFUSED].map(([, , bytes]) => bytes);
    const bytes = fc
      .tuple(fc.constantFrom(...starts), fc.nat(64), fc.uint8Array({ maxLength: 300 }))
      .map(([start, kept, tail]) => Buffer.concat([start.subarray(0, kept), tail]))
      .filter((each) => each.length > 0);
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom('a', 'a.mp3', 'a.jpg', 'a.txt', 'a.docx', 'a.webm'),
        async (head, name) => {
          const result = await detectMimeType(head, name).catch((reason) => reason);
          if (result instanceof InputError) return;
          expect(knownType(result.mimeType)).toBe(result.mimeType);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a name that says something else', () => {
  const [, , jpeg] = TAKEN[0] ?? ['', '', Buffer.alloc(0)];
  test.each([
    ['photo.png', jpeg, 'image/png'],
    ['photo.txt', jpeg, 'text/plain'],
    ['photo.docx', jpeg, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['page.jpg', Buffer.from('<html>'), 'image/jpeg'],
    ['logo.svg', Buffer.from('<svg/>'), 'image/svg+xml'],
  ])('%s', async (name, bytes, promised) => {
    expect((await detectMimeType(bytes, name)).mismatch).toBe(promised);
  });

  test.each([
    ['photo.JPEG', jpeg],
    ['photo', jpeg],
    ['photo.unheard-of', jpeg],
    ['main.ts', Buffer.from('let a;')],
    ['run.sh', Buffer.from('#!/bin/sh')],
    ['Makefile', Buffer.from('all:')],
    ['table.dbml', Buffer.from('Table a {}')],
    ['recording.webm', ebml('webm', ['A_OPUS'])],
    ['a.heic', iso(['mif1', 'heic'], [])],
  ])('%s is no surprise', async (name, bytes) => {
    expect(await detectMimeType(bytes, name)).not.toHaveProperty('mismatch');
  });
});

describe('where the content does not tell', () => {
  const unseen = iso(['mp42'], [], { movieFirst: false });
  test('sound or video in an MP4 is what the person said', async () => {
    expect((await detectMimeType(unseen, 'a.mp4', { kind: 'audio' })).mimeType).toBe('audio/mp4');
    expect((await detectMimeType(unseen, 'a.mp4', { kind: 'video' })).mimeType).toBe('video/mp4');
  });
  test('but not against tracks that were seen', async () => {
    expect((await detectMimeType(iso(['mp42'], ['vide']), 'a.mp4', { kind: 'audio' })).mimeType).toBe(
      'video/mp4',
    );
    expect((await detectMimeType(iso(['mp42'], ['soun']), 'a.mp4', { kind: 'video' })).mimeType).toBe(
      'audio/mp4',
    );
  });
  test('a name is believed for sound only, and said so', async () => {
    expect(await detectMimeType(Buffer.alloc(64), 'a.mp3')).toEqual({
      mimeType: 'audio/mpeg',
      by: 'extension',
    });
  });
});

test.each([
  ['scones.jpg', 'image/jpeg'],
  ['TALK.MP3', 'audio/mpeg'],
  ['a.mov', 'video/quicktime'],
  ['a.m4a', 'audio/mp4'],
  ['a.flac', 'audio/flac'],
  ['a.md', 'text/plain'],
  ['a.ts', 'text/plain'],
  ['a.zip', 'application/zip'],
  ['archive.d/README', undefined],
  ['a.unheard-of', undefined],
])('the type of the name %s', async (name, type) => {
  expect(await typeOfName(name)).toBe(type);
});
