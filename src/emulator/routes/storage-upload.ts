import { type Answer, jsonAnswer } from '../answer.ts';
import type { Call } from '../call.ts';
import { GoogleError } from '../google-error.ts';
import { parseJsonText } from '../json-text.ts';
import { beginUpload, type PendingUpload } from '../store/pending-upload.ts';
import type { Store } from '../store/store.ts';
import type { StoredBytes } from '../store/stored-bytes.ts';
import type { Route } from './route.ts';
import { objectResource } from './storage.ts';

const PATH = /^\/upload\/storage\/v1\/b\/(?<bucket>[^/]+)\/o$/;
/** All chunks but the last are whole multiples of this. */
const GRANULARITY = 256 * 1024;

/** Uploads to Cloud Storage: whole (`uploadType=media`), and resumable. */
export const STORAGE_UPLOAD_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: PATH,
    handle: (call, { bucket = '' }) => {
      const type = call.query.get('uploadType');
      if (type === 'resumable') return start(call, bucket);
      if (type === 'media') return whole(call, bucket);
      throw new GoogleError(400, `The emulator takes uploads of the types resumable and media, not ${type}.`);
    },
  },
  {
    method: 'PUT',
    path: PATH,
    handle: (call) => {
      const upload = call.store.uploads.get(call.query.get('upload_id') ?? '');
      if (upload === undefined) throw new GoogleError(404, 'There is no such upload.');
      return proceed(call, upload);
    },
  },
];

/** What is said of an object before its bytes. */
type Facts = {
  readonly name: string;
  readonly contentType: string;
  readonly metadata: Record<string, string> | undefined;
  readonly md5Hash: string | undefined;
  /** A new object only. */
  readonly mustBeNew: boolean;
};

async function whole(call: Call, bucket: string): Promise<Answer> {
  const facts = factsOf(call, {}, call.headers['content-type']);
  checkNew(call.store, bucket, facts);
  const upload = await beginUpload(undefined, ({ bytes }) => storeObject(call, bucket, facts, bytes));
  await upload.receive(call.pieces());
  return upload.finish();
}

async function start(call: Call, bucket: string): Promise<Answer> {
  const { headers, store } = call;
  const facts = factsOf(call, parseJsonText(await call.body()), headers['x-upload-content-type']);
  checkNew(store, bucket, facts);
  const announced = headers['x-upload-content-length'];
  const total = announced === undefined ? undefined : Number(announced);
  const upload = await beginUpload(total, ({ bytes }) => storeObject(call, bucket, facts, bytes));
  store.uploads.set(upload.id, upload);
  const query = new URLSearchParams({ uploadType: 'resumable', name: facts.name, upload_id: upload.id });
  const location = `http://${headers.host}${call.path}?${query}`;
  return { status: 200, headers: { location, 'content-length': '0' }, body: [] };
}

async function proceed(call: Call, upload: PendingUpload): Promise<Answer> {
  upload.takeOver();
  if (upload.finished) throw new GoogleError(410, 'The upload is finished already.');
  const range = /^bytes (?:\*|(\d+)-(\d+|\*))\/(\d+|\*)$/.exec(
    call.headers['content-range'] ?? 'bytes 0-*/*',
  );
  if (!range) throw new GoogleError(400, 'Content-Range cannot be read.');
  const [, first, last, total] = range;
  if (first !== undefined) {
    if (Number(first) !== upload.bytes.size) {
      throw new GoogleError(
        400,
        `The range begins at ${first}, but ${upload.bytes.size} bytes were received.`,
      );
    }
    const size = Number(last) - Number(first) + 1;
    if (last !== '*' && Number(last) + 1 !== Number(total) && size % GRANULARITY !== 0) {
      throw new GoogleError(400, `A chunk of ${size} bytes is no multiple of ${GRANULARITY}.`);
    }
    await upload.receive(call.pieces());
  }
  const complete = last === '*' || upload.bytes.size === Number(total ?? upload.total);
  if (complete) return upload.finish();
  const { size } = upload.bytes;
  const received = size > 0 ? { range: `bytes=0-${size - 1}` } : {};
  return { status: 308, headers: { ...received, 'content-length': '0' }, body: [] };
}

function storeObject(call: Call, bucket: string, facts: Facts, bytes: StoredBytes): Answer {
  // Another one may have come first.
  checkNew(call.store, bucket, facts);
  const { name, contentType, metadata, md5Hash } = facts;
  const md5 = bytes.digests().md5.toString('base64');
  if (md5Hash !== undefined && md5Hash !== md5) {
    throw new GoogleError(400, `Provided MD5 hash "${md5Hash}" doesn't match calculated MD5 hash "${md5}".`);
  }
  const created = new Date();
  const generation = String(created.getTime() * 1000);
  const object = { bucket, name, contentType, metadata, created, generation, bytes };
  call.store.objects.set(`${bucket}/${name}`, object);
  return jsonAnswer(objectResource(call, object));
}

function factsOf({ query }: Call, body: unknown, type: string | string[] | undefined): Facts {
  const described = body as { name?: string; contentType?: string; md5Hash?: string } & Partial<Facts>;
  const name = query.get('name') ?? described.name;
  if (!name) throw new GoogleError(400, 'Required parameter: name');
  return {
    name,
    contentType: described.contentType ?? (typeof type === 'string' ? type : 'application/octet-stream'),
    metadata: described.metadata,
    md5Hash: described.md5Hash,
    mustBeNew: query.get('ifGenerationMatch') === '0',
  };
}

function checkNew(store: Store, bucket: string, { name, mustBeNew }: Facts): void {
  if (!mustBeNew || !store.objects.has(`${bucket}/${name}`)) return;
  throw new GoogleError(412, 'At least one of the pre-conditions you specified did not hold.');
}
