import { type AwsKeys, signS3 } from '../auth/aws.ts';
import { RefusedError, UnavailableError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import type { RequestBody } from '../http/json-body.ts';
import { createRawBody } from '../http/raw-body.ts';
import { type RetryOptions, withRetry } from '../http/retry.ts';
import { type BucketTarget, objectName } from './bucket.ts';
import { type Digests, digestSource, sha256Hex } from './digest.ts';
import { type ResumableService, uploadResumably } from './resumable.ts';
import { escapeXml, s3ErrorBody, xmlElements, xmlText } from './s3-xml.ts';
import { createStore, naming, type Store, type StoreRequest } from './service.ts';
import { stateKey, type UploadState } from './upload-state.ts';
import type { OnProgress, Upload, Uploader } from './uploader.ts';

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
      const object: S3Object = { ...parts, store: s3Store(parts), url, upload, digests, partBytes };
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

/** A request whose body's digest is known. */
type S3Request = StoreRequest & { readonly payloadSha256?: string };

const EMPTY_SHA256 = sha256Hex('');

function s3Store({ http, headers, keys, now, target }: S3Parts): Store {
  return createStore({
    http,
    headers,
    now,
    renewable: false,
    readError: s3ErrorBody,
    hints: {
      403: 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and the rights on the bucket',
      404: `is there a bucket ${target.bucket}? AWS_ENDPOINT_URL_S3 says where buckets are`,
    },
    authorize: ({ method, url, headers: own = {}, payloadSha256 = EMPTY_SHA256 }: S3Request) =>
      signS3(keys, { method, url, headers: own, payloadSha256 }, now()),
  });
}

type S3Object = Pick<S3Parts, 'retry'> & {
  readonly store: Store;
  readonly url: URL;
  readonly upload: Upload;
  readonly digests: Digests;
  readonly partBytes: number;
};

async function request(store: Store, wanted: S3Request): Promise<HttpResponse> {
  const response = await store.send(wanted);
  if (response.status >= 300) throw await store.refusal(response, wanted.url);
  return response;
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

/** The name tells the content, so that an object of that name and size is the one. */
async function isThere(store: Store, url: URL, byteLength: number, signal: AbortSignal): Promise<boolean> {
  const response = await store.send({ method: 'HEAD', url, signal });
  await response.text();
  return response.status === 200 && Number(response.headers['content-length']) === byteLength;
}

type SavedUpload = { readonly uploadId: string; readonly partBytes: number };
type Part = { readonly number: number; readonly etag: string; readonly size: number };

function multipartUpload({
  store,
  url,
  upload,
  digests,
  partBytes,
}: S3Object): ResumableService<SavedUpload, true> {
  const { source, mimeType } = upload;
  const total = source.byteLength;
  /** The upload that was begun just now: it has no parts, and who may write need not be allowed to list them. */
  let begun: string | undefined;
  return {
    async start(signal) {
      if (await isThere(store, url, total, signal)) return { result: true };
      const headers = { 'content-type': mimeType };
      const response = await request(store, {
        method: 'POST',
        url: withQuery(url, { uploads: '' }),
        headers,
        signal,
      });
      const uploadId = xmlText(await response.text(), 'UploadId');
      if (!uploadId) throw new UnavailableError(`${url.host} did not begin an upload`, { retryable: true });
      begun = uploadId;
      return { saved: { uploadId, partBytes } };
    },
    parse(value) {
      const { uploadId, partBytes: size } = (value ?? {}) as Partial<SavedUpload>;
      // Digests were made for parts of this size.
      return typeof uploadId === 'string' && size === partBytes ? { uploadId, partBytes } : undefined;
    },
    open({ uploadId }) {
      const uploadUrl = withQuery(url, { uploadId });
      /** By number, from 1, without a gap. */
      const parts: Part[] = [];
      let known = uploadId === begun;
      const position = () => ({ offset: parts.reduce((sum, { size }) => sum + size, 0) });
      const sendPart = async (number: number, length: number, body: RequestBody, signal: AbortSignal) => {
        const response = await request(store, {
          method: 'PUT',
          url: withQuery(uploadUrl, { partNumber: String(number) }),
          body,
          payloadSha256: digests.parts[number - 1] ?? EMPTY_SHA256,
          resend: false,
          signal,
        });
        await response.text();
        const { etag } = response.headers;
        if (!etag) throw new UnavailableError(`${url.host} gave no ETag for a part`, { retryable: true });
        parts.push({ number, etag, size: length });
      };
      return {
        chunkBytes: partBytes,
        async send({ length, last }, body, signal) {
          if (length > 0) await sendPart(parts.length + 1, length, body, signal);
          if (!last) return position();
          await complete(store, uploadUrl, parts, signal);
          return { result: true };
        },
        async query(signal) {
          if (!known) {
            const listed = await listParts(store, uploadUrl, signal);
            parts.splice(0, parts.length, ...wholeParts(listed, partBytes, total));
            known = true;
          }
          return position();
        },
      };
    },
  };
}

function withQuery(url: URL, parameters: Readonly<Record<string, string>>): URL {
  const query = new URL(url);
  for (const [name, value] of Object.entries(parameters)) query.searchParams.set(name, value);
  return query;
}

/** The parts the server has, in order, up to the first one that is missing or not as we cut them. */
export function wholeParts(parts: readonly Part[], partBytes: number, total: number): Part[] {
  const byNumber = new Map(parts.map((part) => [part.number, part]));
  const whole: Part[] = [];
  for (let offset = 0; offset < total; offset += partBytes) {
    const part = byNumber.get(whole.length + 1);
    if (part?.size !== Math.min(partBytes, total - offset)) break;
    whole.push(part);
  }
  return whole;
}

async function listParts(store: Store, uploadUrl: URL, signal: AbortSignal): Promise<Part[]> {
  const parts: Part[] = [];
  for (let marker: string | undefined = '0'; marker !== undefined; ) {
    const url = withQuery(uploadUrl, marker === '0' ? {} : { 'part-number-marker': marker });
    const xml = await (await request(store, { method: 'GET', url, signal })).text(4 * MiB);
    for (const part of xmlElements(xml, 'Part')) {
      parts.push({
        number: Number(xmlText(part, 'PartNumber')),
        etag: xmlText(part, 'ETag') ?? '',
        size: Number(xmlText(part, 'Size')),
      });
    }
    marker = xmlText(xml, 'IsTruncated') === 'true' ? xmlText(xml, 'NextPartNumberMarker') : undefined;
  }
  return parts;
}

/** Joins the parts. The answer may be an error with a status of success, since the server begins it at once. */
async function complete(store: Store, url: URL, parts: readonly Part[], signal: AbortSignal): Promise<void> {
  const list = parts.map(
    ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  );
  const body = Buffer.from(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list.join('')}</CompleteMultipartUpload>`,
  );
  const response = await request(store, {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/xml' },
    body: createRawBody(body),
    payloadSha256: sha256Hex(body),
    signal,
  });
  const xml = await response.text();
  const code = xmlText(xml, 'Code');
  if (code === undefined || !/<Error[\s>]/.test(xml)) return;
  const message = `${url.host}: ${xmlText(xml, 'Message') ?? code} (${code})`;
  if (code === 'InternalError') throw new UnavailableError(message, { retryable: true });
  throw new RefusedError(message, { code });
}
