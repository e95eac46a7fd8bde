import { randomBytes } from 'node:crypto';
import { jsonAnswer } from '../answer.ts';
import { GoogleError } from '../google-error.ts';
import { expirationOf, fileState, type Store, type StoredFile, storedFile } from '../store/store.ts';
import { pageOf } from './page.ts';
import type { Route } from './route.ts';

const FILES = '^/v1(?:beta|alpha)?/files';

/** The Files API but for the upload: list, get and delete. */
export const FILES_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: new RegExp(`${FILES}$`),
    handle: (call) => {
      const files = [...call.store.files.values()].filter(({ id }) => storedFile(call.store, id));
      const { items, ...next } = pageOf(call, files.reverse(), { size: 'pageSize', most: 100, usual: 10 });
      return jsonAnswer({ ...(items.length > 0 && { files: items.map(fileResource) }), ...next });
    },
  },
  {
    method: 'GET',
    path: new RegExp(`${FILES}/(?<id>[^/:]+)$`),
    handle: ({ store }, { id = '' }) => jsonAnswer(fileResource(known(store, id))),
  },
  {
    method: 'GET',
    path: new RegExp(`^(?:/download)?${FILES.slice(1)}/(?<id>[^/:]+):download$`),
    handle: ({ store }, { id = '' }) => {
      const { generated, mimeType, bytes } = known(store, id);
      if (!generated) throw new GoogleError(400, 'Only generated files can be downloaded.');
      const headers = { 'content-type': mimeType, 'content-length': String(bytes.size) };
      return { status: 200, headers, body: bytes.pieces() };
    },
  },
  {
    method: 'DELETE',
    path: new RegExp(`${FILES}/(?<id>[^/:]+)$`),
    handle: ({ store }, { id = '' }) => {
      known(store, id);
      store.files.delete(id);
      return jsonAnswer({});
    },
  },
];

/** A file as the service describes it. */
export function fileResource(file: StoredFile): Record<string, unknown> {
  const { id, displayName, mimeType, created, bytes } = file;
  return {
    name: `files/${id}`,
    ...(displayName && { displayName }),
    mimeType,
    sizeBytes: String(bytes.size),
    createTime: created.toISOString(),
    updateTime: created.toISOString(),
    expirationTime: expirationOf(file).toISOString(),
    // The service encodes the digest's hexadecimal digits, not its bytes.
    sha256Hash: Buffer.from(bytes.digests().sha256.toString('hex')).toString('base64'),
    uri: `https://generativelanguage.googleapis.com/v1beta/files/${id}`,
    state: fileState(file),
    source: file.generated ? 'GENERATED' : 'UPLOADED',
    ...(file.generated && {
      downloadUri: `https://generativelanguage.googleapis.com/v1beta/files/${id}:download?alt=media`,
    }),
  };
}

/**
 * The ID for a new file.
 * @param wanted `files/ID`; undefined for one that is made up
 */
export function newFileId(store: Store, wanted: string | undefined): string {
  if (wanted === undefined) return randomBytes(6).toString('hex');
  const id = /^files\/([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)$/.exec(wanted)?.[1];
  if (id === undefined) {
    throw new GoogleError(400, `* CreateFileRequest.file.name: "${wanted}" is not a valid file name.`);
  }
  if (storedFile(store, id)) throw new GoogleError(409, `The file ${wanted} already exists.`);
  return id;
}

function known(store: Store, id: string): StoredFile {
  const file = storedFile(store, id);
  if (file) return file;
  // The service does not tell the two cases apart.
  throw new GoogleError(403, `You do not have permission to access the File ${id} or it may not exist.`);
}
