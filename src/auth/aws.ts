/** Keys of an S3 service, and the region that signatures are made for. */
export type AwsKeys = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  readonly region: string;
};

/** What is signed: Signature Version 4 covers the method, the address, these headers and the digest of the body. */
export type SignedRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The sha256 of the body as 64 hexadecimal digits. */
  readonly payloadSha256: string;
};

/**
 * The headers that sign a request to S3, by aws4fetch, which is loaded at the first request only (and only signs).
 * @param now as the signature says; a server refuses one that is 15 minutes off
 */
export async function signS3(
  keys: AwsKeys,
  { method, url, headers, payloadSha256 }: SignedRequest,
  now: Date,
): Promise<Record<string, string>> {
  const { AwsV4Signer } = await import('aws4fetch');
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: { ...headers, 'x-amz-content-sha256': payloadSha256 },
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    ...(keys.sessionToken && { sessionToken: keys.sessionToken }),
    service: 's3',
    region: keys.region,
    datetime: now.toISOString().replace(/[:-]|\.\d{3}/g, ''),
  });
  const signed = await signer.sign();
  return Object.fromEntries(signed.headers);
}
