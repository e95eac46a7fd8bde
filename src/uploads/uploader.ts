import type { ByteSource } from '../byte-source.ts';
import type { FileData } from '../wire/generate-content.ts';

export type Upload = {
  readonly source: ByteSource;
  readonly mimeType: string;
  /** What people call it. */
  readonly displayName: string;
};

/** Bytes on their way, for a progress bar. */
export type OnProgress = (sent: number, total: number) => void;

/** A place that large media go to. A new one is a file here and a row in index.ts. */
export interface Uploader {
  readonly name: string;
  /**
   * Sends the bytes, resuming where a broken connection left off, and waits until the service can use them.
   * @throws GeminiError naming the file and what went wrong
   */
  upload(upload: Upload, options: { signal: AbortSignal; onProgress?: OnProgress }): Promise<FileData>;
}
