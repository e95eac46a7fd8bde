import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Credential } from '../../src/auth/credential.ts';
import type { ByteSource } from '../../src/byte-source.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import { openUploadState, type UploadState } from '../../src/uploads/upload-state.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { clientFor, generatedSource } from '../http/servers.ts';

/** A credential of these headers; the second try of a request gets the next ones. */
export function credentialOf(...headers: Record<string, string>[]): Credential {
  let asked = 0;
  return {
    kind: 'a credential of the tests',
    preview: {},
    renewable: headers.length > 1,
    headers: async ({ fresh }) => {
      if (fresh) asked += 1;
      return headers[asked] ?? {};
    },
  };
}

/** What every uploader of the tests is made from. */
export function uploaderParts(port: number, more: { state?: UploadState; retries?: number } = {}) {
  return {
    http: clientFor({ timeouts: { connectMs: 5000, headerMs: 5000, idleMs: 5000 } }),
    headers: { 'user-agent': 'test' },
    baseUrl: new URL(`http://127.0.0.1:${port}`),
    apiVersion: undefined,
    retry: { retries: more.retries ?? 4, sleep: async () => {} },
    now: () => new Date(),
    state: more.state ?? openUploadState(temporaryFolder()),
  };
}

export async function emulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const started = await startEmulator({ record: true, ...options });
  onTestFinished(() => started.close());
  return started;
}

/** A source of so many bytes, none like another; `seed` makes another content of the same size. */
export function content(byteLength: number, seed = 0): { source: ByteSource; readers: { opened: number } } {
  const { source, readers } = generatedSource(byteLength + seed);
  const open = async () => {
    const reader = await source.open();
    if (seed > 0) await reader.read(Buffer.alloc(seed));
    return reader;
  };
  return { source: { byteLength, name: 'talk.mp4', open }, readers };
}

export async function sha256(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1024 * 1024);
  const reader = await source.open();
  for (let length = await reader.read(buffer); length > 0; length = await reader.read(buffer)) {
    hash.update(buffer.subarray(0, length));
  }
  await reader.close();
  return hash.digest('hex');
}

export const signal = new AbortController().signal;

/** The requests that sent bytes of a file, and how many they announced. */
export function bytesAnnounced({ requests }: Emulator): number {
  return requests
    .filter(({ path, headers }) => path.startsWith('/upload/') && isChunk(headers))
    .reduce((sum, { headers }) => sum + Number(headers['content-length'] ?? 0), 0);
}

function isChunk(headers: Emulator['requests'][number]['headers']): boolean {
  return (
    String(headers['x-goog-upload-command'] ?? '').startsWith('upload') ||
    /^bytes \d/.test(headers['content-range'] ?? '')
  );
}
