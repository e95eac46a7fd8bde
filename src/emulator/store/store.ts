import type { Batch } from '../batches/batch.ts';
import type { PendingUpload } from './pending-upload.ts';
import type { StoredBytes } from './stored-bytes.ts';

/** A file of the Files API. */
export type StoredFile = {
  /** Without `files/`. */
  readonly id: string;
  readonly displayName: string | undefined;
  readonly mimeType: string;
  readonly created: Date;
  readonly bytes: StoredBytes;
  /** Made by the service, which is why it can be downloaded. */
  readonly generated?: true;
};

/** An object of Cloud Storage. */
export type StoredObject = {
  readonly bucket: string;
  readonly name: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly created: Date;
  readonly generation: string;
  readonly bytes: StoredBytes;
};

/** What was uploaded to one emulator, and is gone with it. */
export type Store = {
  readonly uploads: Map<string, PendingUpload>;
  readonly files: Map<string, StoredFile>;
  /** By `bucket/name`. */
  readonly objects: Map<string, StoredObject>;
  /** By ID, in the order they were made. */
  readonly batches: Map<string, Batch>;
  /** How long a batch is pending. */
  readonly batchDelayMs: number;
  close(): Promise<void>;
};

/** A batch is seen to wait, but nobody waits for it. */
const BATCH_DELAY_MS = 100;

export function createStore({ batchDelayMs = BATCH_DELAY_MS }: { batchDelayMs?: number } = {}): Store {
  const uploads = new Map<string, PendingUpload>();
  const files = new Map<string, StoredFile>();
  const objects = new Map<string, StoredObject>();
  const batches = new Map<string, Batch>();
  return {
    uploads,
    files,
    objects,
    batches,
    batchDelayMs,
    async close() {
      for (const { abort } of batches.values()) abort.abort();
      const held = [...uploads.values(), ...files.values(), ...objects.values()].map(({ bytes }) => bytes);
      for (const bytes of new Set(held)) await bytes.close().catch(() => {});
    },
  };
}

/** What the service does to some media before they can be used takes time. */
const PROCESSING_MS = 300;
const KEPT_MS = 48 * 3600 * 1000;

/** PROCESSING for a moment where the service takes its time: sound, video and PDF. */
export function fileState({ mimeType, created }: StoredFile): 'PROCESSING' | 'ACTIVE' {
  const processed = /^(video|audio)\/|^application\/pdf$/.test(mimeType);
  return processed && Date.now() - created.getTime() < PROCESSING_MS ? 'PROCESSING' : 'ACTIVE';
}

export function expirationOf({ created }: StoredFile): Date {
  return new Date(created.getTime() + KEPT_MS);
}

/** The file, unless its time is over. */
export function storedFile(store: Store, id: string): StoredFile | undefined {
  const file = store.files.get(id);
  return file && expirationOf(file).getTime() > Date.now() ? file : undefined;
}

/** A file or object that a prompt names by its address; undefined for what this emulator does not have. */
export function storedMedia(
  store: Store,
  uri: string,
): { readonly bytes: StoredBytes; readonly mimeType: string } | undefined {
  const id = fileIdOf(uri);
  if (id !== undefined) return storedFile(store, id);
  const object = store.objects.get(/^gs:\/\/(.+)$/s.exec(uri)?.[1] ?? '');
  return object && { bytes: object.bytes, mimeType: object.contentType };
}

/** The ID in the address of a file of the Files API. */
export function fileIdOf(uri: string): string | undefined {
  return /^https:\/\/generativelanguage\.googleapis\.com\/v1\w*\/files\/([^/?#]+)$/.exec(uri)?.[1];
}
