import { UsageError } from '../errors.ts';

/** Where in which bucket uploads go. */
export type BucketTarget = {
  readonly scheme: 'gs:' | 's3:';
  readonly bucket: string;
  /** '' or with a slash at its end. */
  readonly prefix: string;
};

/**
 * Reads `gs://bucket/prefix` or `s3://bucket/prefix`; the prefix is a folder and may be left out.
 * @param from the flag it came from
 */
export function parseBucketTarget(address: string, from: string): BucketTarget {
  const [, scheme, bucket, path = ''] =
    /^(gs|s3):\/\/([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?:\/(.*))?$/s.exec(address) ?? [];
  if (!bucket) {
    throw new UsageError(`${from}: "${address}" does not name a bucket`, {
      hint: 'it looks like gs://bucket/folder or s3://bucket/folder',
    });
  }
  if (/[\p{Cc}\p{Cs}]/u.test(path) || /(^|\/)\.{1,2}(\/|$)/.test(path)) {
    // In an address, `..` would lead to another bucket.
    throw new UsageError(`${from}: a folder's name cannot be "." or "..", or hold control characters`);
  }
  const folder = path.replace(/\/+$/, '');
  return { scheme: scheme === 'gs' ? 'gs:' : 's3:', bucket, prefix: folder === '' ? '' : `${folder}/` };
}

/**
 * The name of an object by its content, so that the same content is uploaded once, whoever has access, and never takes
 * the place of another. The extension stays, since a type is often told by it.
 */
export function objectName({ prefix }: BucketTarget, sha256: string, displayName: string): string {
  const extension = /\.[a-z0-9]{1,8}$/i.exec(displayName)?.[0].toLowerCase() ?? '';
  return `${prefix}${sha256}${extension}`;
}
