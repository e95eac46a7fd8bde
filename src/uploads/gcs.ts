import type { Credential } from '../auth/credential.ts';
import { type GeminiError, RefusedError, UnavailableError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import { createJsonBody } from '../http/json-body.ts';
import { createRawBody } from '../http/raw-body.ts';
import type { RetryOptions } from '../http/retry.ts';
import { type BucketTarget, objectName } from './bucket.ts';
import { type Digests, digestSource } from './digest.ts';
import { type Position, type ResumableService, uploadResumably } from './resumable.ts';
import { bearerOf, createStore, joinUrl, naming, readJson, rebase, type Store } from './service.ts';
import { stateKey, type UploadState } from './upload-state.ts';
import type { Upload, Uploader } from './uploader.ts';

export const GCS_BASE_URL = new URL('https://storage.googleapis.com');

/** Bytes per request: a multiple of 256 KiB, and so many that their latency does not show. */
const CHUNK_BYTES = 32 * 1024 * 1024;

export type GcsParts = {
  readonly http: HttpClient;
  readonly credential: Credential;
  readonly headers: Readonly<Record<string, string>>;
  readonly baseUrl: URL;
  readonly target: BucketTarget;
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly now: () => Date;
  readonly state: UploadState;
};

/**
 * A bucket of Cloud Storage, by resumable uploads of its JSON API:
 * https://docs.cloud.google.com/storage/docs/performing-resumable-uploads. The service checks the MD5 before it makes
 * the object; an object of the same name has the same content, and is not sent again.
 */
export function createGcsUploader(parts: GcsParts): Uploader {
  const { bucket } = parts.target;
  const store = createStore({
    ...parts,
    ...bearerOf(parts.credential),
    hints: {
      403: `the credential needs the role Storage Object User on gs://${bucket}`,
      404: `is there a bucket ${bucket}?`,
    },
  });
  return {
    name: 'gcs',
    async upload(upload, { signal, onProgress }) {
      const { source, mimeType, displayName } = upload;
      const digests = await digestSource(source, { md5: true, signal });
      const name = objectName(parts.target, digests.sha256, displayName);
      try {
        const key = stateKey('gcs', parts.baseUrl.href, bucket, name, mimeType);
        const service = gcsUpload(store, { ...parts, upload, digests, name });
        await uploadResumably(service, source, { ...parts, key, signal, onProgress });
        return { mimeType, fileUri: `gs://${bucket}/${name}` };
      } catch (error) {
        throw naming(displayName, error);
      }
    },
  };
}

/** The object that an upload made or found. */
type StoredObject = Record<string, unknown>;

/** The session's address lets anybody write this one object, for a week. */
type SavedUpload = { readonly sessionUrl: string };

type GcsUpload = Pick<GcsParts, 'baseUrl' | 'target'> & {
  readonly upload: Upload;
  readonly digests: Digests;
  readonly name: string;
};

function gcsUpload(store: Store, facts: GcsUpload): ResumableService<SavedUpload, StoredObject> {
  const { baseUrl, upload, digests, name } = facts;
  const { source, mimeType } = upload;
  const total = source.byteLength;
  const objects = `storage/v1/b/${facts.target.bucket}/o`;
  const startUrl = joinUrl(baseUrl, `upload/${objects}`);
  startUrl.search = new URLSearchParams({
    uploadType: 'resumable',
    name,
    // Made only if it is not there: a second try, or a second person, cannot replace it.
    ifGenerationMatch: '0',
  }).toString();

  /** The object of that name, if it is there: somebody has uploaded the same, or we have, and lost the answer. */
  const existing = async (signal: AbortSignal): Promise<StoredObject | undefined> => {
    const url = joinUrl(baseUrl, `${objects}/${encodeURIComponent(name)}`);
    const response = await store.send({ method: 'GET', url, signal });
    // Who may write need not be allowed to read.
    if (response.status === 404 || response.status === 403) {
      await response.text();
      return undefined;
    }
    if (response.status >= 300) throw await store.refusal(response, url);
    return sameContent(await readJson(response, url), facts);
  };
  const positionOf = async (
    response: HttpResponse,
    url: URL,
    signal: AbortSignal,
  ): Promise<Position<StoredObject>> => {
    const { status } = response;
    if (status === 308) {
      await response.text();
      return { offset: receivedBytes(response.headers.range) };
    }
    if (status === 412) {
      await response.text();
      return { result: (await existing(signal)) ?? {} };
    }
    if (status >= 300) throw await sessionRefusal(store, response, url);
    return { result: sameContent(await readJson(response, url), facts) };
  };

  return {
    async start(signal) {
      // The condition alone would do, but the service may look at it after the last byte only.
      const found = await existing(signal);
      if (found) return { result: found };
      const response = await store.send({
        method: 'POST',
        url: startUrl,
        headers: {
          'content-type': 'application/json',
          'x-upload-content-type': mimeType,
          'x-upload-content-length': String(total),
        },
        body: createJsonBody({ contentType: mimeType, ...(digests.md5 && { md5Hash: digests.md5 }) }),
        signal,
      });
      if (response.status === 412) {
        await response.text();
        return { result: (await existing(signal)) ?? {} };
      }
      if (response.status >= 300) throw await store.refusal(response, startUrl);
      await response.text();
      return { saved: { sessionUrl: rebase(response.headers.location ?? '//', baseUrl).href } };
    },
    open({ sessionUrl }) {
      const url = rebase(sessionUrl, baseUrl);
      const put = async (range: string, body: GcsBody, signal: AbortSignal) => {
        const headers = { 'content-range': `bytes ${range}/${total}` };
        const response = await store.send({ method: 'PUT', url, headers, body, resend: false, signal });
        return positionOf(response, url, signal);
      };
      return {
        chunkBytes: CHUNK_BYTES,
        send: ({ offset, length }, body, signal) =>
          put(length === 0 ? '*' : `${offset}-${offset + length - 1}`, body, signal),
        query: (signal) => put('*', createRawBody(Buffer.alloc(0)), signal),
      };
    },
    parse(value) {
      const { sessionUrl } = (value ?? {}) as Partial<SavedUpload>;
      return typeof sessionUrl === 'string' ? { sessionUrl } : undefined;
    },
  };
}

type GcsBody = ReturnType<typeof createRawBody>;

/** `bytes=0-N` are N + 1 bytes; no header at all is none. */
function receivedBytes(range: string | undefined): number {
  if (range === undefined) return 0;
  return Number(/^bytes=0-(\d+)$/.exec(range)?.[1] ?? Number.NaN) + 1;
}

/** @throws UnavailableError when the object is not what was sent */
function sameContent(object: StoredObject, { upload, digests, target, name }: GcsUpload): StoredObject {
  const { md5Hash, size } = object;
  const other = md5Hash !== undefined && digests.md5 !== undefined && md5Hash !== digests.md5;
  if (!other && (size === undefined || Number(size) === upload.source.byteLength)) return object;
  throw new UnavailableError(`gs://${target.bucket}/${name} does not hold what was sent`, {
    hint: `remove it and try again: gcloud storage rm gs://${target.bucket}/${name}`,
  });
}

/** A session that is gone answers 404 or 410, which says nothing of the bucket. */
async function sessionRefusal(store: Store, response: HttpResponse, url: URL): Promise<GeminiError> {
  const { status } = response;
  if (status !== 404 && status !== 410) return store.refusal(response, url);
  await response.text();
  return new RefusedError(`${url.host} has forgotten the upload`, { status, hint: 'try again' });
}
