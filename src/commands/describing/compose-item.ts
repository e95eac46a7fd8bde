import { createHash } from 'node:crypto';
import type { Backend } from '../../backends/backend.ts';
import type { Context } from '../../context.ts';
import { InputError } from '../../errors.ts';
import { type LocateOptions, locate } from '../../media/locate.ts';
import type { Medium } from '../../media/medium.ts';
import { toPart } from '../../media/part.ts';
import type { GenerateContentRequest, Part } from '../../wire/generate-content.ts';
import { type ComposedPrompt, composeRequest, webOptions } from '../compose-request.ts';
import type { DescribingOptions } from '../describing.ts';
import { defaultPrompt, refinements, type Subject } from './default-prompts.ts';
import type { IdentifiedItem } from './identify.ts';
import type { ItemSource } from './list-sources.ts';

/** A file of at most so many bytes is read at the first look and kept until it is sent: one opening in place of three. */
export const KEPT_BYTES = 64 * 1024;

/** What is the same for all items, and the request of each. */
export type Composer = {
  /** Names prompt, options, model and who answers. */
  readonly identity: string;
  /** Looks at a source; undefined for a file of a folder that cannot be described. @throws InputError */
  locate(source: ItemSource): Promise<Medium | undefined>;
  compose(item: IdentifiedItem): Promise<ComposedPrompt>;
};

/** Makes the request around the media once for each kind of them. */
export async function createComposer(
  context: Context,
  options: DescribingOptions,
  { backend, model }: { readonly backend: Pick<Backend, 'name' | 'limits'>; readonly model: string },
): Promise<Composer> {
  const { limits } = backend;
  const bases = await composeBases(context, options, model, backend);
  const identity = createHash('sha256')
    .update(JSON.stringify([backend.name, model, Object.values(bases).map(({ request }) => request)]))
    .digest('hex');
  const looking: LocateOptions = {
    cwd: context.cwd,
    limits,
    signal: context.signal,
    onNote: context.note,
    urlMode: options.urls.mode,
    web: options.offline ? undefined : webOptions(context, options),
    keepBytes: KEPT_BYTES,
  };
  const look = async ({ part }: ItemSource) => {
    const medium = await locate(part, looking);
    return 'passedOver' in medium ? undefined : medium;
  };
  return {
    identity,
    locate: look,
    async compose({ item, media, sources }) {
      const located =
        media ??
        (await lookAgain(
          item.sources.filter(({ name }) => sources.includes(name)),
          look,
        ));
      const [first, ...others] = located;
      if (first === undefined) throw new InputError(`${sources.join(', ')}: nothing to describe`);
      const base = bases[others.length > 0 ? 'several' : first.kind];
      const parts = located.map(toPart);
      const asSent = limits.language ? await asTexts(parts) : parts;
      return { ...base, request: withMedia(base.request, asSent) };
    },
  };
}

async function composeBases(
  context: Context,
  options: DescribingOptions,
  model: string,
  { limits }: Pick<Backend, 'limits'>,
): Promise<Readonly<Record<Subject, ComposedPrompt>>> {
  // The same warning for each kind of media is one too many.
  const seen = new Set<string>();
  const note = (line: string) => {
    if (!seen.has(line)) context.note(line);
    seen.add(line);
  };
  const own = options.parts.length > 0 || options.request !== undefined;
  const further = own ? refinements(options) : [];
  const compose = (parts: DescribingOptions['parts']) =>
    composeRequest({ ...context, note }, { ...options, parts, stdin: false }, model, async () => limits);
  if (own) {
    const one = await compose([
      ...options.parts,
      ...(further.length > 0 ? [{ text: further.join(' ') }] : []),
    ]);
    return { image: one, audio: one, video: one, document: one, several: one };
  }
  const ask = (subject: Subject) => compose([{ text: defaultPrompt(subject, options) }]);
  return {
    image: await ask('image'),
    audio: await ask('audio'),
    video: await ask('video'),
    document: await ask('document'),
    several: await ask('several'),
  };
}

/** Chat completions has no medium for a file of text. */
async function asTexts(parts: readonly Part[]): Promise<Part[]> {
  const { textFilesAsText } = await import('../../media/text-parts.ts');
  return textFilesAsText(parts);
}

async function lookAgain(
  sources: readonly ItemSource[],
  look: (source: ItemSource) => Promise<Medium | undefined>,
): Promise<Medium[]> {
  const media: Medium[] = [];
  for (const source of sources) {
    const medium = await look(source);
    if (medium) media.push(medium);
  }
  return media;
}

/** The media before the question about them, as the documents advise for a single one. */
function withMedia(base: GenerateContentRequest, parts: readonly Part[]): GenerateContentRequest {
  const last = base.contents.at(-1);
  if (last?.role === 'model' || !last) {
    return { ...base, contents: [...base.contents, { role: 'user', parts: [...parts] }] };
  }
  return {
    ...base,
    contents: [...base.contents.slice(0, -1), { ...last, parts: [...parts, ...last.parts] }],
  };
}
