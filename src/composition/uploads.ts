import { join } from 'node:path';
import { awsSettings } from '../auth/aws-settings.ts';
import { NO_CREDENTIAL } from '../auth/credential.ts';
import { parseBaseUrl } from '../backends/endpoint.ts';
import {
  type Composition,
  certificates,
  composeBackend,
  composeHttp,
  composeTokenSender,
  headersFrom,
  retryOptions,
  userAgent,
} from '../composition.ts';
import { chooseBackend } from '../config/config.ts';
import { stateFolder } from '../config/paths.ts';
import { UsageError } from '../errors.ts';
import { type BucketTarget, parseBucketTarget } from '../uploads/bucket.ts';
import type { FileStore } from '../uploads/file-store.ts';
import { FILES_API_BASE_URL } from '../uploads/files-api.ts';
import { GCS_BASE_URL } from '../uploads/gcs.ts';
import { UPLOADERS } from '../uploads/index.ts';
import { openUploadState } from '../uploads/upload-state.ts';
import type { Uploader } from '../uploads/uploader.ts';
import { chooseCredential } from './credentials.ts';

/** Somewhere to upload to, and what to do when the run ends. */
export type ComposedUploader = { readonly uploader: Uploader; close(): void };

export type UploadComposition = Composition & {
  /** Schemes that the backend reads, when the upload is for a prompt to it. */
  readonly uriSchemes?: readonly string[];
};

/**
 * The place that --upload-to names, or the backend's own.
 * @throws UsageError for a place that cannot be, or that the backend does not read; AuthError without a credential for it
 */
export async function composeUploader(from: UploadComposition): Promise<ComposedUploader> {
  const { config, uriSchemes } = from;
  const address = config.text('uploadTo');
  if (address === undefined) {
    const { api, close } = await composeFilesApi(from);
    return { uploader: api, close };
  }
  const flag = config.origin('uploadTo') ?? '--upload-to';
  const target = parseBucketTarget(address, flag);
  if (uriSchemes && !uriSchemes.includes(target.scheme)) {
    throw new UsageError(`${flag}: the backend does not read ${target.scheme}// addresses`, {
      hint: target.scheme === 'gs:' ? 'use -b vertex' : 'use -b gdc',
    });
  }
  return target.scheme === 'gs:' ? composeGcs(from, target) : composeS3(from, target);
}

/** The files of the Files API. @throws as composeUploader */
export async function composeFileStore(
  from: Composition,
): Promise<{ readonly files: FileStore; close(): void }> {
  const { api, close } = await composeFilesApi(from);
  return { files: api.files, close };
}

async function composeFilesApi(from: Composition) {
  const { backend, http, credential, baseUrl, inProcess, close } = await composeBackend(from);
  if (backend.name !== 'developer' && backend.name !== 'emulator') {
    close();
    const scheme = backend.limits.uriSchemes.find((each) => each === 'gs:' || each === 's3:');
    throw new UsageError(`the ${backend.name} backend has no store of files`, {
      hint: scheme
        ? `name a bucket: --upload-to ${scheme}//BUCKET/FOLDER`
        : 'use -b developer for the Files API',
    });
  }
  const api = UPLOADERS['https:']({
    ...uploadParts(from),
    // An emulator of this process is gone with it.
    ...(inProcess && { state: openUploadState(undefined) }),
    headers: headersFrom(from.config),
    http,
    credential,
    baseUrl: baseUrl ? parseBaseUrl(baseUrl.value, baseUrl.from) : FILES_API_BASE_URL,
    apiVersion: from.config.text('apiVersion'),
  });
  return { api, close };
}

async function composeGcs(from: Composition, target: BucketTarget): Promise<ComposedUploader> {
  const { close, ...storage } = await composeStorage(from);
  return { uploader: UPLOADERS['gs:']({ ...uploadParts(from), ...storage, target }), close };
}

/** Cloud Storage: its address, and with what it is asked. @throws AuthError without a credential for it */
export async function composeStorage(from: Composition) {
  const { config, env } = from;
  const emulator = await storageEmulator(from);
  const http = await composeUploadHttp(from, emulator);
  const tokens = composeTokenSender(from);
  // A bucket takes no API key, so that one which is there for a backend does not count.
  const ownEnv = { ...env, GOOGLE_API_KEY: undefined, GEMINI_API_KEY: undefined };
  const ownConfig = {
    ...config,
    text: (name: Parameters<typeof config.text>[0]) =>
      name === 'apiKeyFile' ? undefined : config.text(name),
  };
  const ports = { env: ownEnv, send: tokens.send, remember: from.remember, now: Date.now };
  const search = { ...from, env: ownEnv, config: ownConfig, baseUrl: undefined };
  const credential = emulator ? NO_CREDENTIAL : await chooseCredential('vertex', search, ports, from.note);
  const { headers, retry, now } = uploadParts(from);
  return {
    http,
    credential,
    baseUrl: emulator ?? GCS_BASE_URL,
    headers,
    retry,
    now,
    close: () => {
      http.close();
      tokens.close();
    },
  };
}

/** As with Google's libraries: the address of an emulator takes the requests, without a credential. */
async function storageEmulator(from: Composition): Promise<URL | undefined> {
  const { config, env } = from;
  for (const name of ['GEMINI_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST']) {
    const host = env[name];
    if (!host) continue;
    const address = host.includes('://') ? host : `http://${host}`;
    if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return new URL(address);
    throw new UsageError(`${name}: "${host}" is not the address of a server`);
  }
  return chooseBackend(config, env) === 'emulator' ? new URL(await from.startEmulator()) : undefined;
}

async function composeS3(from: Composition, target: BucketTarget): Promise<ComposedUploader> {
  const { keys, endpoint: named } = await awsSettings(from.env);
  for (const secret of [keys.secretAccessKey, keys.sessionToken]) if (secret) from.remember(secret);
  const endpoint = named && parseBaseUrl(named.value, named.from);
  const http = await composeUploadHttp(from, endpoint);
  const uploader = UPLOADERS['s3:']({ ...uploadParts(from), http, keys, endpoint, target });
  return { uploader, close: () => http.close() };
}

async function composeUploadHttp(from: Composition, address: URL | undefined) {
  const { config, env } = from;
  const plain = address?.protocol === 'http:';
  const ca = plain ? [] : await certificates(config.text('caFile'), undefined, env);
  return composeHttp({ ...from, stream: true }, { ca });
}

function uploadParts(from: Composition) {
  const folder = stateFolder(from.env);
  const state = openUploadState(folder && join(folder, 'uploads'), from.note);
  return {
    // --header is for the backend: what it says may be a secret of its own.
    headers: { 'user-agent': userAgent() },
    retry: retryOptions(from),
    now: () => new Date(),
    state,
  };
}
