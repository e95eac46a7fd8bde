import { fileURLToPath } from 'node:url';
import type { BackendLimits } from '../backends/backend.ts';
import type { ByteSource } from '../byte-source.ts';
import { GeminiError, InputError, UsageError } from '../errors.ts';
import type { PromptPart, SourcePart } from '../prompt/parts.ts';
import type { FileData, Part } from '../wire/generate-content.ts';
import { checkKind } from './asserted-kind.ts';
import { bufferSource } from './buffer-source.ts';
import { parseDataUrl } from './data-url.ts';
import { displayName } from './display-name.ts';
import { openFileSource } from './file-source.ts';
import { apiMimeType } from './media-types.ts';
import { detectMimeType } from './mime-type.ts';
import { checkRequestSize } from './request-size.ts';
import { bucketObject, unsupportedUri, youTubePart, youTubeVideo } from './uri-source.ts';

/** Files looked at together: enough to hide a network mount's delay, far below any limit of open files. */
const LOOKED_AT_TOGETHER = 16;

export type ResolveOptions = {
  /** Absolute; where relative paths start. */
  readonly cwd: string;
  readonly limits: BackendLimits;
  readonly signal: AbortSignal;
  /** Gets one line for each oddity that does not stop the run. */
  readonly onNote?: (line: string) => void;
};

/**
 * The parts of the request, in the order given. Files are looked at, not read: their bytes are streamed when sent.
 * @throws one InputError for everything that is wrong with any of the sources (UsageError if all of it is wrong usage):
 * the first as its message, the others as its details
 */
export async function resolveParts(parts: readonly PromptPart[], options: ResolveOptions): Promise<Part[]> {
  const outcomes = await mapOrdered(parts, LOOKED_AT_TOGETHER, async (part) => {
    options.signal.throwIfAborted();
    const notes: string[] = [];
    try {
      const resolved = await resolvePart(part, { ...options, onNote: (line) => notes.push(line) });
      return { notes, resolved };
    } catch (error) {
      if (error instanceof GeminiError) return { notes, problem: error };
      throw error;
    }
  });
  for (const { notes } of outcomes) for (const line of notes) options.onNote?.(line);
  const problems = outcomes.flatMap(({ problem }) => (problem ? [problem] : []));
  if (problems.length > 0) throw combined(problems);
  const resolved = outcomes.flatMap((outcome) => outcome.resolved ?? []);
  checkRequestSize(resolved, options.limits);
  return resolved;
}

/** Each form of source has its file; what has no scheme is a path. */
async function resolvePart(part: PromptPart, options: ResolveOptions): Promise<Part> {
  if ('text' in part) return { text: part.text };
  const { source, mimeType } = part;
  const { limits } = options;
  if (source === '') throw new UsageError('the name of a source is empty');
  if (source === '-') {
    throw new UsageError('media from stdin are not supported yet', {
      hint: 'save them to a file, and name that',
    });
  }
  if (/^data:/i.test(source)) {
    const { bytes, label, mimeType: declared } = parseDataUrl(source);
    return inlinePart(part, { head: bytes, data: bufferSource(bytes, label), declared }, options);
  }
  if (/^(gs|s3):\/\//i.test(source)) return uriPart(part, await bucketObject(source, limits, mimeType));
  const video = youTubeVideo(source);
  if (video) return uriPart(part, { ...youTubePart(video, limits), ...(mimeType ? { mimeType } : {}) });
  const path = /^file:\/\//i.test(source) ? localPath(source) : source;
  // Two letters at least: `C:` is a drive.
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) throw unsupportedUri(path);
  const { source: data, head } = await openFileSource(path, options);
  return inlinePart(part, { head, data }, options);
}

function uriPart({ source, kind }: SourcePart, fileData: FileData): Part {
  if (kind && fileData.mimeType) checkKind(source, kind, fileData.mimeType);
  return { fileData };
}

type Looked = { head: Buffer; data: ByteSource; declared?: string | undefined };

async function inlinePart(
  part: SourcePart,
  looked: Looked,
  { limits, onNote }: ResolveOptions,
): Promise<Part> {
  const { head, data, declared } = looked;
  const detected = part.mimeType
    ? { mimeType: part.mimeType }
    : await detectMimeType(head, data.name, { kind: part.kind, mimeType: declared });
  const mimeType = apiMimeType(detected.mimeType, limits.mimeNames);
  if ('mismatch' in detected) {
    onNote?.(
      `note: ${displayName(data.name)} is sent as ${mimeType}, which it holds, not as ${detected.mismatch}`,
    );
  }
  if (part.kind) checkKind(data.name, part.kind, mimeType);
  return { inlineData: { mimeType, data } };
}

function localPath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new InputError(`${displayName(url)} does not name a file on this machine`, { cause: error });
  }
}

/** All problems as one error; the hint is the first one's. */
function combined(problems: readonly GeminiError[]): GeminiError {
  const [first, ...others] = problems;
  if (first === undefined || others.length === 0) return first ?? new InputError('no input');
  const facts = {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: [
      ...new Set([...first.details, ...others.flatMap(({ message, details }) => [message, ...details])]),
    ],
    cause: new AggregateError(problems),
  };
  return problems.every((problem) => problem instanceof UsageError)
    ? new UsageError(first.message, facts)
    : new InputError(first.message, facts);
}

/** The results in the order of the items, at most `limit` of them under way at once. */
async function mapOrdered<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
