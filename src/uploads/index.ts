import { createFilesApi } from './files-api.ts';
import { createGcsUploader } from './gcs.ts';
import { createS3Uploader } from './s3.ts';
import type { Uploader } from './uploader.ts';

/** The places that large media go to, by the scheme of the addresses they give. */
export const UPLOADERS = {
  'https:': createFilesApi,
  'gs:': createGcsUploader,
  's3:': createS3Uploader,
} as const satisfies Record<string, (parts: never) => Uploader>;
