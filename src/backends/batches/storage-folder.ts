import { UnavailableError } from '../../errors.ts';
import { isRecord } from '../../wire/error-body.ts';
import { joinUrl } from '../endpoint.ts';
import { download, listPages, type ServiceParts } from './service-call.ts';

/** Cloud Storage, and with what it is asked. */
export type StorageParts = ServiceParts & { readonly baseUrl: URL };

const LINE_END = 0x0a;

/**
 * The content of the result files in a folder, one after the other by name, each ending with a line end.
 * @param folder gs://bucket/path
 * @throws GeminiError when it cannot be read; UnavailableError when there is none
 */
export async function* folderContent(
  parts: StorageParts,
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const [, bucket = '', path = ''] = /^gs:\/\/([^/]+)\/(.*)$/s.exec(folder) ?? [];
  const objects = joinUrl(parts.baseUrl, `storage/v1/b/${encodeURIComponent(bucket)}/o`);
  const list = new URL(objects);
  list.searchParams.set('prefix', `${path.replace(/\/*$/, '')}/`);
  const names: string[] = [];
  for await (const object of listPages(parts, { url: list, key: 'items', signal })) {
    const name = isRecord(object) && typeof object.name === 'string' ? object.name : '';
    if (isResult(name)) names.push(name);
  }
  if (names.length === 0) {
    throw new UnavailableError(`there are no results in ${folder}`, {
      hint: 'were they moved, or is the job not over yet?',
    });
  }
  for (const name of names.sort()) {
    const url = new URL(`${objects.href}/${encodeURIComponent(name)}`);
    url.searchParams.set('alt', 'media');
    let last = LINE_END;
    for await (const piece of download(parts, { url, signal })) {
      last = piece.at(-1) ?? last;
      yield piece;
    }
    if (last !== LINE_END) yield Buffer.from('\n');
  }
}

/** `predictions.jsonl`, `prediction.results-00000-of-00001`; `prediction.errors_stats-…` only counts errors. */
function isResult(name: string): boolean {
  const file = name.slice(name.lastIndexOf('/') + 1);
  return /^prediction/.test(file) && !file.includes('errors_stats');
}
