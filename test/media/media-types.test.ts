import { describe, expect, test } from 'vitest';
import { apiMimeType, kindOf } from '../../src/media/media-types.ts';

describe('each API spells types in its own way', () => {
  test.each([
    // [as found or said, Developer, Vertex, kind]
    ['image/jpeg', 'image/jpeg', 'image/jpeg', 'image'],
    ['image/jpg', 'image/jpeg', 'image/jpeg', 'image'],
    ['IMAGE/PJPEG', 'image/jpeg', 'image/jpeg', 'image'],
    ['image/apng', 'image/png', 'image/png', 'image'],
    ['image/webp', 'image/webp', 'image/webp', 'image'],
    ['image/heic-sequence', 'image/heic', 'image/heic', 'image'],
    ['image/heif', 'image/heif', 'image/heif', 'image'],
    ['audio/mpeg', 'audio/mp3', 'audio/mpeg', 'audio'],
    ['audio/mp3', 'audio/mp3', 'audio/mpeg', 'audio'],
    ['audio/x-wav', 'audio/wav', 'audio/wav', 'audio'],
    ['audio/vnd.wave', 'audio/wav', 'audio/wav', 'audio'],
    ['audio/x-flac', 'audio/flac', 'audio/flac', 'audio'],
    ['audio/ogg; codecs=opus', 'audio/ogg', 'audio/ogg', 'audio'],
    ['audio/opus', 'audio/ogg', 'audio/ogg', 'audio'],
    ['audio/aac', 'audio/aac', 'audio/x-aac', 'audio'],
    ['audio/x-aac', 'audio/aac', 'audio/x-aac', 'audio'],
    ['audio/x-aiff', 'audio/aiff', 'audio/aiff', 'audio'],
    ['audio/x-m4a', 'audio/m4a', 'audio/m4a', 'audio'],
    ['audio/mp4', 'audio/m4a', 'audio/m4a', 'audio'],
    ['audio/webm', 'audio/webm', 'audio/webm', 'audio'],
    ['video/mp4', 'video/mp4', 'video/mp4', 'video'],
    ['video/x-m4v', 'video/mp4', 'video/mp4', 'video'],
    ['video/quicktime', 'video/mov', 'video/quicktime', 'video'],
    ['video/mov', 'video/mov', 'video/quicktime', 'video'],
    ['video/MP2P', 'video/mpeg', 'video/mpeg', 'video'],
    ['video/mpegps', 'video/mpeg', 'video/mpeg', 'video'],
    ['video/webm', 'video/webm', 'video/webm', 'video'],
    ['video/x-msvideo', 'video/avi', 'video/avi', 'video'],
    ['video/vnd.avi', 'video/avi', 'video/avi', 'video'],
    ['video/x-ms-wmv', 'video/wmv', 'video/wmv', 'video'],
    ['video/x-ms-asf', 'video/wmv', 'video/wmv', 'video'],
    ['video/flv', 'video/x-flv', 'video/x-flv', 'video'],
    ['video/3gpp2', 'video/3gpp', 'video/3gpp', 'video'],
    ['application/pdf', 'application/pdf', 'application/pdf', 'document'],
    ['application/rtf', 'text/rtf', 'text/plain', 'document'],
    ['text/plain; charset=utf-8', 'text/plain', 'text/plain', 'document'],
    ['text/markdown', 'text/plain', 'text/plain', 'document'],
    ['text/html', 'text/plain', 'text/plain', 'document'],
    ['application/json', 'text/plain', 'text/plain', 'document'],
    ['application/ld+json', 'text/plain', 'text/plain', 'document'],
    ['application/yaml', 'text/plain', 'text/plain', 'document'],
    ['application/javascript', 'text/plain', 'text/plain', 'document'],
    ['application/x-sh', 'text/plain', 'text/plain', 'document'],
    ['image/svg+xml', 'text/plain', 'text/plain', 'document'],
    // What we do not know passes as it was said.
    ['audio/pcm;rate=16000', 'audio/pcm;rate=16000', 'audio/pcm;rate=16000', 'audio'],
    ['video/new', 'video/new', 'video/new', 'video'],
    ['application/x-new', 'application/x-new', 'application/x-new', 'document'],
  ])('%s', (mimeType, developer, vertex, kind) => {
    expect([apiMimeType(mimeType, 'developer'), apiMimeType(mimeType, 'vertex'), kindOf(mimeType)]).toEqual([
      developer,
      vertex,
      kind,
    ]);
  });
});
