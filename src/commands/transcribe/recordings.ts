import type { BackendLimits } from '../../backends/backend.ts';
import type { Context } from '../../context.ts';
import { InputError, UsageError } from '../../errors.ts';
import { displayName } from '../../media/display-name.ts';
import type { Medium } from '../../media/medium.ts';
import { locateMedia } from '../../media/resolve.ts';
import { gatherParts } from '../../prompt/input.ts';
import type { PromptPart } from '../../prompt/parts.ts';
import { stdinWhenNeeded, webOptions } from '../compose-request.ts';
import type { TranscribeOptions } from './options.ts';

/**
 * The recordings that the arguments name, in their order: files, folders, patterns, addresses, and stdin as `-` or when
 * nothing is named. They are looked at, not read.
 * @throws UsageError when nothing is named; InputError for what is missing, or is neither sound nor video
 */
export async function findRecordings(
  context: Context,
  { sources, urls }: Pick<TranscribeOptions, 'sources' | 'urls'>,
  { limits, sending }: { readonly limits: BackendLimits; readonly sending: boolean },
): Promise<Medium[]> {
  const { cwd, signal, note } = context;
  const located = await locateMedia(await partsOf(context, sources), {
    cwd,
    limits,
    signal,
    onNote: note,
    urlMode: urls.mode,
    wholeAudio: true,
    web: sending ? webOptions(context, { urls }) : undefined,
  });
  const media = located.flatMap((each) => ('text' in each ? [] : [each]));
  const others = media.filter(isSilent);
  const [first, ...rest] = others.map(
    ({ name, kind }) =>
      `${displayName(name)} is ${kind === 'image' ? 'an image' : `a ${kind}`}, not sound or video`,
  );
  if (first !== undefined) throw new InputError(first, { details: rest });
  return media;
}

/** The sources as typed; a pipe needs no name. */
async function partsOf(context: Context, sources: readonly string[]): Promise<PromptPart[]> {
  const { cwd, note, io } = context;
  const typed = sources.map((source) => ({ source }));
  const wantsStdin = typed.some(({ source }) => /^-(#|$)/.test(source));
  const stdin = stdinWhenNeeded(context);
  if (typed.length > 0) return gatherParts(typed, { cwd, note, stdin: wantsStdin ? stdin : undefined });
  const held = io.stdin.isTTY ? undefined : await stdin('attachment');
  if (held) return [held];
  throw new UsageError('nothing to transcribe', { hint: 'gemini transcribe talk.mp3' });
}

/** What the name of a URI does not tell may be anything. */
function isSilent({ kind, mimeType }: Medium): boolean {
  return mimeType !== undefined && kind !== 'audio' && kind !== 'video';
}
