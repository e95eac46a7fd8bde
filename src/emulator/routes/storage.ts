import { type Answer, jsonAnswer } from '../answer.ts';
import type { Call } from '../call.ts';
import { GoogleError } from '../google-error.ts';
import type { Store, StoredObject } from '../store/store.ts';
import { pageOf } from './page.ts';
import type { Route } from './route.ts';

const BUCKET = '^/(?:download/)?storage/v1/b/(?<bucket>[^/]+)';

/** The JSON API of Cloud Storage but for the upload. Every bucket is there. */
export const STORAGE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: new RegExp(`${BUCKET}$`),
    handle: (_, { bucket = '' }) => jsonAnswer({ kind: 'storage#bucket', id: bucket, name: bucket }),
  },
  {
    method: 'GET',
    path: new RegExp(`${BUCKET}/o$`),
    handle: (call, { bucket = '' }) => {
      const prefix = call.query.get('prefix') ?? '';
      const objects = [...call.store.objects.values()]
        .filter((object) => object.bucket === bucket && object.name.startsWith(prefix))
        .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
      const { items, ...next } = pageOf(call, objects, { size: 'maxResults', usual: 1000, most: 1000 });
      const list = items.map((object) => objectResource(call, object));
      return jsonAnswer({ kind: 'storage#objects', ...(list.length > 0 && { items: list }), ...next });
    },
  },
  {
    method: 'GET',
    path: new RegExp(`${BUCKET}/o/(?<name>[^/]+)$`),
    handle: (call, { bucket = '', name = '' }) => {
      const object = known(call.store, bucket, name);
      return call.query.get('alt') === 'media' ? media(object) : jsonAnswer(objectResource(call, object));
    },
  },
  {
    method: 'DELETE',
    path: new RegExp(`${BUCKET}/o/(?<name>[^/]+)$`),
    handle: ({ store }, { bucket = '', name = '' }) => {
      known(store, bucket, name);
      store.objects.delete(`${bucket}/${name}`);
      return { status: 204, headers: {}, body: [] };
    },
  },
];

/** An object as the service describes it. */
export function objectResource({ headers }: Call, object: StoredObject): Record<string, unknown> {
  const { bucket, name, contentType, metadata, created, generation, bytes } = object;
  const { md5, crc32c } = bytes.digests();
  const address = `http://${headers.host}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: address,
    mediaLink: `${address.replace('/storage/', '/download/storage/')}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation,
    metageneration: '1',
    contentType,
    ...(metadata && { metadata }),
    storageClass: 'STANDARD',
    size: String(bytes.size),
    md5Hash: md5.toString('base64'),
    crc32c,
    etag: Buffer.from(generation).toString('base64'),
    timeCreated: created.toISOString(),
    updated: created.toISOString(),
  };
}

function media({ contentType, generation, bytes }: StoredObject): Answer {
  const { md5, crc32c } = bytes.digests();
  const headers = {
    'content-type': contentType,
    'content-length': String(bytes.size),
    'x-goog-generation': generation,
    'x-goog-hash': `crc32c=${crc32c},md5=${md5.toString('base64')}`,
  };
  return { status: 200, headers, body: bytes.pieces() };
}

function known(store: Store, bucket: string, name: string): StoredObject {
  const object = store.objects.get(`${bucket}/${name}`);
  if (object) return object;
  throw new GoogleError(404, `No such object: ${bucket}/${name}`);
}
