import { type AwsKeys, signS3 } from '../auth/aws.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import type { RetryOptions } from '../http/retry.ts';
import { type Digests, sha256Hex } from './digest.ts';
import { s3ErrorBody } from './s3-xml.ts';
import { createStore, type Store, type StoreRequest } from './service.ts';
import type { Upload } from './uploader.ts';

/** An object that is to be, and the server it is to be at. */
export type S3Object = {
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly store: Store;
  readonly url: URL;
  readonly upload: Upload;
  readonly digests: Digests;
  readonly partBytes: number;
};

/** A request whose body's digest is known. */
export type S3Request = StoreRequest & { readonly payloadSha256?: string };

export const EMPTY_SHA256 = sha256Hex('');

type S3StoreOptions = {
  readonly http: HttpClient;
  readonly keys: AwsKeys;
  readonly headers: Readonly<Record<string, string>>;
  readonly now: () => Date;
  readonly bucket: string;
};

/** An S3 server, whose requests are signed. */
export function createS3Store({ http, headers, keys, now, bucket }: S3StoreOptions): Store {
  return createStore({
    http,
    headers,
    now,
    renewable: false,
    readError: s3ErrorBody,
    hints: {
      403: 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and the rights on the bucket',
      404: `is there a bucket ${bucket}? AWS_ENDPOINT_URL_S3 says where buckets are`,
    },
    authorize: ({ method, url, headers: own = {}, payloadSha256 = EMPTY_SHA256 }: S3Request) =>
      signS3(keys, { method, url, headers: own, payloadSha256 }, now()),
  });
}

/** @throws GeminiError: the refusal, when the answer is no success */
export async function request(store: Store, wanted: S3Request): Promise<HttpResponse> {
  const response = await store.send(wanted);
  if (response.status >= 300) throw await store.refusal(response, wanted.url);
  return response;
}

/** The name tells the content, so that an object of that name and size is the one. */
export async function isThere(
  store: Store,
  url: URL,
  byteLength: number,
  signal: AbortSignal,
): Promise<boolean> {
  const response = await store.send({ method: 'HEAD', url, signal });
  await response.text();
  return response.status === 200 && Number(response.headers['content-length']) === byteLength;
}
