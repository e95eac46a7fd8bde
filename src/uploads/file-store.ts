import { delay } from '../concurrency.ts';
import { RefusedError, UnavailableError } from '../errors.ts';
import { type RetryOptions, withRetry } from '../http/retry.ts';
import { type File, parseFile } from '../wire/files.ts';
import { requestJson, type Store } from './service.ts';

/** The files that were uploaded to the Files API and have not expired. */
export type FileStore = {
  /** Page by page. */
  list(signal: AbortSignal): AsyncIterable<File>;
  /** @param name `files/ID` @throws GeminiError: AuthError or RefusedError for a file that is not there */
  get(name: string, signal: AbortSignal): Promise<File>;
  delete(name: string, signal: AbortSignal): Promise<void>;
  /**
   * The file once it can be used, asked for again and again: a video takes seconds to minutes.
   * @throws RefusedError when the service could not process it, with the service's reason
   */
  untilActive(file: File, signal: AbortSignal): Promise<File>;
};

type FileStoreOptions = {
  readonly store: Store;
  /** The address of a path below the API's version. */
  url(path: string): URL;
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly now: () => Date;
};

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
/** The longest video there may be is processed in a few minutes. */
const PROCESSING_MS = 30 * 60 * 1000;

export function createFileStore({ store, url, retry, now }: FileStoreOptions): FileStore {
  const request = (method: string, path: string, signal: AbortSignal) =>
    withRetry(() => requestJson(store, { method, url: url(path), signal }), { ...retry, signal });
  const get = async (name: string, signal: AbortSignal) => {
    const file = parseFile(await request('GET', name, signal));
    if (file) return file;
    throw new UnavailableError(`${url(name).host} sent something else than a file for ${name}`);
  };
  return {
    get,
    async *list(signal) {
      for (let token: unknown = ''; typeof token === 'string'; ) {
        const query = `files?pageSize=100${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`;
        const page = await request('GET', query, signal);
        for (const value of Array.isArray(page.files) ? page.files : []) {
          const file = parseFile(value);
          if (file) yield file;
        }
        token = page.nextPageToken || undefined;
      }
    },
    async delete(name, signal) {
      await request('DELETE', name, signal);
    },
    async untilActive(file, signal) {
      const started = now().getTime();
      let current = file;
      for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
        if (current.state === 'FAILED') throw processingFailed(current);
        if (current.state !== 'PROCESSING') return current;
        if (now().getTime() - started > PROCESSING_MS) {
          throw new UnavailableError(`the service is still processing ${file.name} after half an hour`, {
            hint: `ask again later: gemini files show ${file.name}`,
          });
        }
        await delay(wait, signal);
        current = await get(file.name, signal);
      }
    },
  };
}

function processingFailed({ name, error }: File): RefusedError {
  const reason = error?.message ? `: ${error.message}` : '';
  return new RefusedError(`the service could not process ${name}${reason}`, {
    hint: 'is the file whole, and of the type it is sent as?',
  });
}
