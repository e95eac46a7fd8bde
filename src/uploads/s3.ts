import type { AwsKeys } from '../auth/aws.ts';
import type { HttpClient } from '../http/client.ts';
import { createRawBody } from '../http/raw-body.ts';
import { type RetryOptions, withRetry } from '../http/retry.ts';
import { type BucketTarget, objectName } from './bucket.ts';
import { digestSource } from './digest.ts';
import { uploadResumably } from './resumable.ts';
import { multipartUpload } from './s3-multipart.ts';
import { createS3Store, isThere, request, type S3Object } from './s3-object.ts';
import { naming } from './service.ts';
import { stateKey, type UploadState } from './upload-state.ts';
import type { OnProgress, Uploader } from './uploader.ts';

const MiB = 1024 * 1024;
/** Up to this size a file goes in one request; above it in parts of this size, which the last may fall short of. */
const PART_BYTES = 16 * MiB;
const MOST_PARTS = 10_000;

export type S3Parts = {
  readonly http: HttpClient;
  readonly keys: AwsKeys;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: Amazon's, by region. */
  readonly endpoint: URL | undefined;
  readonly target: BucketTarget;
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly now: () => Date;
  readonly state: UploadState;
};

/**
 * A bucket of Amazon S3 or of what speaks its protocol, such as the buckets of Google Distributed Cloud: path-style
 * addresses, Signature Version 4 with the digest of every body, so that the server checks what arrives. Large files go
 * in parts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html.
 */
export function createS3Uploader(parts: S3Parts): Uploader {
  const { bucket } = parts.target;
  const store = createS3Store({ ...parts, bucket });
  const endpoint = parts.endpoint ?? new URL(`https://s3.${parts.keys.region}.amazonaws.com`);
  return {
    name: 's3',
    async upload(upload, { signal, onProgress }) {
      const { source, mimeType, displayName } = upload;
      const partBytes = partSize(source.byteLength);
      const digests = await digestSource(source, { partBytes, signal });
      const name = objectName(parts.target, digests.sha256, displayName);
      const path = [bucket, ...name.split('/')].map(encodeSegment).join('/');
      const url = new URL(`${endpoint.origin}${endpoint.pathname.replace(/\/+$/, '')}/${path}`);
      const object: S3Object = { ...parts, store, url, upload, digests, partBytes };
      try {
        if (source.byteLength <= PART_BYTES) {
          await putWhole(object, { signal, onProgress });
        } else {
          const key = stateKey('s3', url.href, parts.keys.accessKeyId, mimeType);
          await uploadResumably(multipartUpload(object), source, { ...parts, key, signal, onProgress });
        }
        return { mimeType, fileUri: `s3://${bucket}/${name}` };
      } catch (error) {
        throw naming(displayName, error);
      }
    },
  };
}

/** Whole MiB, so that 10,000 parts are enough for any size. */
function partSize(byteLength: number): number {
  return Math.max(PART_BYTES, Math.ceil(byteLength / MOST_PARTS / MiB) * MiB);
}

/** Everything but letters, digits and `-._~` is encoded, as the signature does it. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

async function putWhole(
  { store, url, upload, digests, retry }: S3Object,
  { signal, onProgress }: { signal: AbortSignal; onProgress: OnProgress | undefined },
): Promise<void> {
  const { source, mimeType } = upload;
  await withRetry(
    async () => {
      if (await isThere(store, url, source.byteLength, signal)) return;
      const response = await request(store, {
        method: 'PUT',
        url,
        headers: { 'content-type': mimeType },
        body: createRawBody(source),
        payloadSha256: digests.sha256,
        signal,
      });
      await response.text();
    },
    { ...retry, signal },
  );
  onProgress?.(source.byteLength, source.byteLength);
}
