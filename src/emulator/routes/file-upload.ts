import { type Answer, jsonAnswer } from '../answer.ts';
import type { Call } from '../call.ts';
import { GoogleError } from '../google-error.ts';
import { parseJsonText } from '../json-text.ts';
import { beginUpload, type PendingUpload } from '../store/pending-upload.ts';
import { fileResource, newFileId } from './files.ts';
import type { Route } from './route.ts';

/** All chunks but the last are whole multiples of this. */
const GRANULARITY = 256 * 1024;
/** ai.google.dev/gemini-api/docs/files: 2 GB a file. */
const LARGEST_FILE = 2 * 1024 ** 3;

/** Uploads to the Files API by the resumable protocol: `start`, then `upload`, `query`, `finalize` or `cancel`. */
export const FILE_UPLOAD_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/upload\/v1(?:beta|alpha)?\/files$/,
    handle: async (call) => {
      const id = call.query.get('upload_id');
      if (id === null) return start(call);
      const upload = call.store.uploads.get(id);
      if (upload === undefined) throw new GoogleError(404, 'There is no such upload.');
      return proceed(call, upload);
    },
  },
];

type StartBody = {
  file?: { name?: unknown; displayName?: unknown; display_name?: unknown; mimeType?: unknown };
};

async function start(call: Call): Promise<Answer> {
  const { headers, store } = call;
  if (headers['x-goog-upload-command'] !== 'start' || headers['x-goog-upload-protocol'] !== 'resumable') {
    throw new GoogleError(
      400,
      'The emulator takes uploads by the resumable protocol, which begins with "start".',
    );
  }
  const { file = {} } = parseJsonText(await call.body()) as StartBody;
  const total = announcedLength(headers['x-goog-upload-header-content-length']);
  const id = newFileId(store, textOf(file.name));
  const mimeType =
    textOf(file.mimeType) ??
    textOf(headers['x-goog-upload-header-content-type']) ??
    'application/octet-stream';
  const displayName = textOf(file.displayName ?? file.display_name);
  const upload = await beginUpload(total, ({ bytes }) => {
    const stored = { id, displayName, mimeType, created: new Date(), bytes };
    store.files.set(id, stored);
    return jsonAnswer({ file: fileResource(stored) });
  });
  store.uploads.set(upload.id, upload);
  return withHeaders(empty(), {
    'x-goog-upload-url': `http://${headers.host}${call.path}?upload_id=${upload.id}&upload_protocol=resumable`,
    'x-goog-upload-status': 'active',
    'x-goog-upload-chunk-granularity': String(GRANULARITY),
  });
}

async function proceed(call: Call, upload: PendingUpload): Promise<Answer> {
  const { bytes } = upload;
  const commands = String(call.headers['x-goog-upload-command'] ?? '')
    .split(',')
    .map((command) => command.trim());
  const status = () => ({
    'x-goog-upload-status': upload.finished ? 'final' : 'active',
    'x-goog-upload-size-received': String(bytes.size),
  });
  upload.takeOver();
  if (commands.includes('query')) return withHeaders(empty(), status());
  if (upload.finished) throw new GoogleError(400, 'The upload is final already.');
  if (commands.includes('cancel')) {
    call.store.uploads.delete(upload.id);
    await bytes.close();
    return withHeaders(empty(), { 'x-goog-upload-status': 'cancelled' });
  }
  const last = commands.includes('finalize');
  if (commands.includes('upload')) {
    checkOffset(call, upload, last);
    await upload.receive(call.pieces());
  }
  if (!last) return withHeaders(empty(), status());
  if (upload.total !== undefined && bytes.size !== upload.total) {
    throw new GoogleError(400, `The upload ends at ${bytes.size} of ${upload.total} bytes.`);
  }
  return withHeaders(await upload.finish(), { 'x-goog-upload-status': 'final' });
}

/** Bytes follow each other without a gap and without an overlap. */
function checkOffset({ headers }: Call, { bytes, total }: PendingUpload, last: boolean): void {
  const offset = Number(headers['x-goog-upload-offset'] ?? Number.NaN);
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (offset !== bytes.size) {
    throw new GoogleError(400, `The offset is ${offset}, but ${bytes.size} bytes were received.`);
  }
  if (!last && length % GRANULARITY !== 0) {
    throw new GoogleError(400, `A chunk of ${length} bytes is no multiple of ${GRANULARITY}.`);
  }
  if (total !== undefined && offset + length > total) {
    throw new GoogleError(400, `The chunk goes beyond the ${total} bytes that were announced.`);
  }
}

function announcedLength(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const length = Number(header);
  if (!Number.isSafeInteger(length) || length < 0) throw new GoogleError(400, 'The length is no number.');
  if (length > LARGEST_FILE)
    throw new GoogleError(400, `File size ${length} exceeds the limit of ${LARGEST_FILE}.`);
  return length;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function empty(): Answer {
  return { status: 200, headers: { 'content-length': '0' }, body: [] };
}

function withHeaders(answer: Answer, headers: Record<string, string>): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
