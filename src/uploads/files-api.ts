import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { Credential } from '../auth/credential.ts';
import { RefusedError, UnavailableError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import { createJsonBody } from '../http/json-body.ts';
import type { RetryOptions } from '../http/retry.ts';
import { type File, hasSha256, parseFile } from '../wire/files.ts';
import type { FileData } from '../wire/generate-content.ts';
import { digestSource, sha256Hex } from './digest.ts';
import { createFileStore, type FileStore } from './file-store.ts';
import { type Position, type ResumableService, type ResumableSession, uploadResumably } from './resumable.ts';
import { rememberedFile, rememberFile } from './reuse.ts';
import { bearerOf, createStore, joinUrl, naming, readJson, rebase, type Store } from './service.ts';
import { stateKey, type UploadState } from './upload-state.ts';
import type { Upload, Uploader } from './uploader.ts';

export const FILES_API_BASE_URL = new URL('https://generativelanguage.googleapis.com');

/** Bytes per request, as Google's SDKs send them; more where the service's granularity wants it. */
const CHUNK_BYTES = 8 * 1024 * 1024;

export type FilesApiParts = {
  readonly http: HttpClient;
  readonly credential: Credential;
  readonly headers: Readonly<Record<string, string>>;
  readonly baseUrl: URL;
  readonly apiVersion: string | undefined;
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly now: () => Date;
  readonly state: UploadState;
};

/**
 * The Files API of the Gemini Developer API: up to 2 GB a file, kept for 48 hours, for the project of the API key.
 * Resumable protocol as https://ai.google.dev/gemini-api/docs/files and Google's SDKs use it.
 */
export function createFilesApi(parts: FilesApiParts): Uploader & { readonly files: FileStore } {
  const store = createStore({ ...parts, ...bearerOf(parts.credential), hints: HINTS });
  const version = parts.apiVersion ?? 'v1beta';
  const files = createFileStore({
    ...parts,
    store,
    url: (path) => joinUrl(parts.baseUrl, `${version}/${path}`),
  });
  const startUrl = joinUrl(parts.baseUrl, `upload/${version}/files`);
  return {
    name: 'files-api',
    files,
    async upload(upload, { signal, onProgress }) {
      const { source, mimeType } = upload;
      const { sha256 } = await digestSource(source, { signal });
      try {
        const account = await accountOf(parts.credential, signal);
        const key = stateKey('files-api', startUrl.href, account, sha256, mimeType);
        const uploaded =
          (await rememberedFile(key, sha256, { ...parts, files, signal })) ??
          (await uploadResumably(
            filesApiUpload(store, files, { ...parts, startUrl, upload, sha256 }),
            source,
            {
              ...parts,
              key,
              signal,
              onProgress,
            },
          ));
        await rememberFile(key, uploaded, parts.state);
        const file = await files.untilActive(uploaded, signal);
        onProgress?.(source.byteLength, source.byteLength);
        if (!hasSha256(file, sha256)) {
          await parts.state.remove(key);
          throw new UnavailableError(`${file.name} is not what was sent`, { hint: 'try again' });
        }
        return { mimeType, fileUri: file.uri } satisfies FileData;
      } catch (error) {
        throw naming(upload.displayName, error);
      }
    },
  };
}

const HINTS = {
  403: 'is the key of this project, and the file still there? They are kept for two days',
  404: 'check the base URL: not every server has the Files API',
};

/** A name for whose files they are, that tells nothing of the key. */
async function accountOf(credential: Credential, signal: AbortSignal): Promise<string> {
  const { 'x-goog-api-key': key } = await credential.headers({ fresh: false, signal });
  return key === undefined ? credential.kind : sha256Hex(`account of ${key}`).slice(0, 16);
}

/** `name` is chosen by us, so that the file is found even if the answer to its last byte is lost. */
type SavedUpload = { readonly uploadUrl: string; readonly name: string; readonly chunkBytes: number };

/** Characters of a display name that the service takes. */
const LONGEST_DISPLAY_NAME = 512;

type FilesApiUpload = Pick<FilesApiParts, 'baseUrl'> & {
  readonly startUrl: URL;
  readonly upload: Upload;
  readonly sha256: string;
};

function filesApiUpload(
  store: Store,
  files: FileStore,
  { baseUrl, startUrl, upload, sha256 }: FilesApiUpload,
): ResumableService<SavedUpload, File> {
  const { source, mimeType, displayName } = upload;
  const size = String(source.byteLength);
  // Whose folder it was in is nobody's business.
  const shown = [...basename(displayName)].slice(0, LONGEST_DISPLAY_NAME).join('');
  return {
    async start(signal) {
      const name = `files/${sha256.slice(0, 24)}-${randomBytes(4).toString('hex')}`;
      const response = await store.send({
        method: 'POST',
        url: startUrl,
        headers: {
          'content-type': 'application/json',
          'x-goog-upload-protocol': 'resumable',
          'x-goog-upload-command': 'start',
          'x-goog-upload-header-content-length': size,
          'x-goog-upload-header-content-type': mimeType,
        },
        body: createJsonBody({ file: { name, displayName: shown, mimeType, sizeBytes: size } }),
        signal,
      });
      if (response.status >= 300) throw await store.refusal(response, startUrl);
      await response.text();
      const uploadUrl = rebase(response.headers['x-goog-upload-url'] ?? '//', baseUrl).href;
      const granularity = Number(response.headers['x-goog-upload-chunk-granularity'] ?? 1);
      return { saved: { uploadUrl, name, chunkBytes: roundedUp(CHUNK_BYTES, granularity) } };
    },
    open: (saved) => openSession(store, files, saved, baseUrl),
    parse(value) {
      const { uploadUrl, name, chunkBytes } = (value ?? {}) as Partial<SavedUpload>;
      const whole = typeof uploadUrl === 'string' && typeof name === 'string' && Number.isInteger(chunkBytes);
      return whole ? (value as SavedUpload) : undefined;
    },
  };
}

function roundedUp(bytes: number, multiple: number): number {
  return multiple > 0 ? Math.ceil(bytes / multiple) * multiple : bytes;
}

function openSession(
  store: Store,
  files: FileStore,
  { uploadUrl, name, chunkBytes }: SavedUpload,
  baseUrl: URL,
): ResumableSession<File> {
  const url = rebase(uploadUrl, baseUrl);
  const command = (words: string, offset?: number) => ({
    'x-goog-upload-command': words,
    ...(offset !== undefined && { 'x-goog-upload-offset': String(offset) }),
  });
  /** @param assumed bytes the service has when it says nothing else */
  const positionOf = async (
    response: HttpResponse,
    signal: AbortSignal,
    assumed: number | undefined,
  ): Promise<Position<File>> => {
    const status = response.headers['x-goog-upload-status'];
    if (status === 'final') {
      const file = parseFile((await readJson(response, url).catch(() => undefined))?.file);
      return { result: file ?? (await files.get(name, signal)) };
    }
    await response.text();
    if (status === 'cancelled') {
      throw new RefusedError(`${url.host} has cancelled the upload`, { status: 410 });
    }
    const received = response.headers['x-goog-upload-size-received'];
    const offset = received === undefined ? assumed : Number(received);
    if (status !== 'active' || offset === undefined) {
      // Seen now and then; the chunk may or may not have arrived.
      throw new UnavailableError(`${url.host} does not say how far the upload is`, { retryable: true });
    }
    return { offset };
  };
  return {
    chunkBytes,
    async send({ offset, length, last }, body, signal) {
      const headers = command(last ? 'upload, finalize' : 'upload', offset);
      const response = await store.send({ method: 'POST', url, headers, body, resend: false, signal });
      if (response.status >= 300) throw await store.refusal(response, url);
      return positionOf(response, signal, offset + length);
    },
    async query(signal) {
      const response = await store.send({ method: 'POST', url, headers: command('query'), signal });
      if (response.status >= 300) throw await store.refusal(response, url);
      return positionOf(response, signal, undefined);
    },
  };
}
