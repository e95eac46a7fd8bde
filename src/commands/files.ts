import type { Context } from '../context.ts';
import { GeminiError, PartialError, UsageError } from '../errors.ts';
import { displayName } from '../media/display-name.ts';
import { openFileSource } from '../media/file-source.ts';
import { formatBytes } from '../media/format-bytes.ts';
import { apiMimeType } from '../media/media-types.ts';
import { detectMimeType } from '../media/mime-type.ts';
import { createProgress } from '../terminal/progress.ts';
import { escapeJson, oneLine } from '../terminal/sanitize.ts';
import { styleFor } from '../terminal/style.ts';
import { renderTable, type TableColumn } from '../terminal/table.ts';
import type { Uploader } from '../uploads/uploader.ts';
import type { File } from '../wire/files.ts';

export type FilesOptions = { readonly format: 'text' | 'json'; readonly mimeType: string | undefined };

export function readFilesOptions(flags: Readonly<Record<string, unknown>>): FilesOptions {
  const mimeType = typeof flags.mime === 'string' ? flags.mime : undefined;
  if (mimeType !== undefined && !/^[\w.+-]+\/[\w.+-]+$/.test(mimeType)) {
    throw new UsageError(`--mime: "${mimeType}" is not a type such as video/mp4`);
  }
  return { format: flags.format === 'json' ? 'json' : 'text', mimeType };
}

/** What became of one file; `source` is what a prompt names it by (-a SOURCE). */
type Uploaded = { file: string; source: string; fileUri: string; mimeType: string | undefined };

/**
 * `gemini files upload FILE...`: prints the source of each, in their order. One that fails does not end the others.
 * @throws the error of the only file; PartialError when some of many failed
 */
export async function uploadFiles(
  context: Context,
  files: readonly string[],
  { format, mimeType }: FilesOptions,
): Promise<void> {
  const { io, note } = context;
  const make = context.uploader();
  if (!make) {
    throw new UsageError('the backend has no store of files', {
      hint: 'use -b developer, or name a bucket: --upload-to gs://BUCKET/FOLDER',
    });
  }
  const uploader = await make();
  const uploaded: Uploaded[] = [];
  const failures: GeminiError[] = [];
  for (const file of files) {
    try {
      const done = await uploadFile(context, uploader, { file, mimeType });
      uploaded.push(done);
      if (format === 'text') await io.stdout.write(`${done.source}\n`);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof GeminiError) || files.length === 1) throw error;
      failures.push(error);
      note(error.message);
    }
  }
  if (format === 'json') await io.stdout.write(`${JSON.stringify(uploaded, null, 2)}\n`);
  const [first] = failures;
  if (first && uploaded.length === 0) throw first;
  if (first) {
    throw new PartialError(`${failures.length} of ${files.length} files were not uploaded`, {
      ...(first.hint && { hint: first.hint }),
      cause: new AggregateError(failures),
    });
  }
}

async function uploadFile(
  { cwd, io, note, quiet, signal }: Context,
  uploader: Uploader,
  { file, mimeType }: { file: string; mimeType: string | undefined },
): Promise<Uploaded> {
  const { source, head } = await openFileSource(file, { cwd, onNote: note });
  const ownStore = uploader.name === 'files-api';
  const found = mimeType ?? (await detectMimeType(head, source.name)).mimeType;
  const progress = quiet ? undefined : createProgress(io.stderr, `uploading ${displayName(file)}`);
  try {
    const { fileUri, mimeType: stored } = await uploader.upload(
      { source, mimeType: apiMimeType(found, ownStore ? 'developer' : 'vertex'), displayName: file },
      { signal, onProgress: (sent, total) => progress?.update(sent, total) },
    );
    return {
      file,
      source: ownStore ? `files/${fileUri.split('/').at(-1)}` : fileUri,
      fileUri,
      mimeType: stored,
    };
  } finally {
    progress?.stop();
  }
}

/** `gemini files list`: one line a file, as a table on a terminal and with tabs in a pipe. */
export async function listFiles(context: Context, { format }: FilesOptions): Promise<void> {
  const { io, signal } = context;
  const store = await context.files();
  const files: File[] = [];
  for await (const file of store.list(signal)) files.push(file);
  if (format === 'json') return io.stdout.write(`${JSON.stringify(files, null, 2)}\n`);
  const rows = files.map(
    ({ name, state = '', mimeType = '', sizeBytes, expirationTime, displayName: shown = '' }) => [
      name,
      state,
      mimeType,
      sizeBytes === undefined ? '' : formatBytes(Number(sizeBytes)),
      expirationTime?.slice(0, 16).replace('T', ' ') ?? '',
      oneLine(shown),
    ],
  );
  if (rows.length === 0) context.note('no files');
  const lines = io.stdout.isTTY
    ? renderTable(COLUMNS, rows, { width: io.stdout.columns(), style: await styleFor(io.stdout) })
    : rows.map((row) => row.join('\t'));
  for (const line of rows.length > 0 ? lines : []) await io.stdout.write(`${line}\n`);
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'file' },
  { title: 'state' },
  { title: 'type' },
  { title: 'size', align: 'right' },
  { title: 'until (UTC)' },
  { title: 'name', flexible: true },
];

/** `gemini files show ID`: what the service says of it, as JSON. */
export async function showFile(context: Context, id: string): Promise<void> {
  const file = await (await context.files()).get(fileName(id), context.signal);
  await context.io.stdout.write(`${escapeJson(JSON.stringify(file, null, 2))}\n`);
}

/** `gemini files delete ID...` */
export async function deleteFiles(context: Context, ids: readonly string[]): Promise<void> {
  const names = ids.map(fileName);
  const store = await context.files();
  for (const name of names) {
    await store.delete(name, context.signal);
    context.note(`deleted ${name}`);
  }
}

/** `files/ID` of an ID, a name, or the address that prompts use. */
function fileName(id: string): string {
  const bare = /^(?:(?:https:\/\/[^/]+\/v1\w*\/)?files\/)?([a-z0-9-]{1,64})$/.exec(id)?.[1];
  if (bare !== undefined) return `files/${bare}`;
  throw new UsageError(`"${id}" is not the ID of a file`, { hint: 'gemini files list shows them' });
}
