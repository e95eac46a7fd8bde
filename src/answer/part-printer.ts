import { type GeminiError, InputError } from '../errors.ts';
import { oneLine } from '../terminal/sanitize.ts';
import type { GenerateContentResponse, Part } from '../wire/generate-content.ts';
import { findCandidate } from '../wire/response.ts';
import { codeBlock, resultBlock } from './code-block.ts';
import { createMediaReader, type Medium } from './media.ts';
import type { MediaPlace } from './media-place.ts';
import type { Page } from './page.ts';
import type { ThoughtsPage } from './thoughts.ts';

/** Prints what the parts of a candidate hold, in their order; function calls are left to the caller. */
export type PartPrinter = {
  /** Prints the parts of candidate `index` of chunks, or of a whole response. */
  show(chunks: readonly GenerateContentResponse[], index: number): Promise<void>;
  /** Ends what is under way: something that is no part follows. */
  settle(): Promise<void>;
  /** Why the first medium that could not be saved was not. */
  failure(): GeminiError | undefined;
};

export type PartPrinterOptions = {
  readonly page: Page;
  /** Where thoughts go, if they are shown. */
  readonly thoughts: ThoughtsPage | undefined;
  readonly place: MediaPlace;
  /** Says to the person where a medium is, in place of a line on the page. */
  readonly notePaths: boolean;
  note(line: string): void;
};

export function createPartPrinter({
  page,
  thoughts,
  place,
  notePaths,
  note,
}: PartPrinterOptions): PartPrinter {
  const unknown = new Set<string>();
  let failure: GeminiError | undefined;

  const takeMedium = async (medium: Medium) => {
    await page.close();
    let path: string | undefined;
    try {
      path = await place.take(medium);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // The text after it is part of the answer too, and paid for.
      failure ??= error;
    }
    if (path === undefined) return;
    if (notePaths) note(`saved ${oneLine(path)}`);
    else await page.line(path);
  };
  const media = createMediaReader({
    take: takeMedium,
    onEmpty: (type) => note(`the answer holds ${type} without readable content`),
  });

  const settle = async () => {
    await media.flush();
    if (thoughts?.open) await thoughts.leave();
  };
  /** Whether text must wait until something else has ended. */
  const interrupted = () => media.recording || thoughts?.open === true;
  const say = (text: string) => (interrupted() ? settle().then(() => page.text(text)) : page.text(text));
  const think = async (part: Part, to: ThoughtsPage) => {
    const block = blockOf(part);
    if (!part.text && block === undefined) return;
    if (!to.open) await to.enter(page);
    await (part.text ? to.text(part.text) : to.block(block ?? ''));
  };
  const showOther = async (part: Part) => {
    const { inlineData, functionCall, fileData, audioTranscription } = part;
    if (inlineData) return media.add(inlineData);
    if (part.executableCode || part.codeExecutionResult) {
      const block = blockOf(part);
      await settle();
      if (block !== undefined) await page.block(block);
    } else if (functionCall) {
      // What is said after a call is another sentence.
      await settle();
      await page.close();
    } else if (fileData?.fileUri) {
      await settle();
      await page.line(fileData.fileUri);
    } else if (audioTranscription?.text) {
      const { speakerLabel, text } = audioTranscription;
      await settle();
      await page.line(speakerLabel ? `${speakerLabel}: ${text}` : text);
    } else {
      noteUnknown(part);
    }
  };
  const noteUnknown = (part: Part) => {
    for (const [name, value] of Object.entries(part)) {
      if (NO_CONTENT.has(name) || !value || unknown.has(name)) continue;
      unknown.add(name);
      note(`the answer holds ${oneLine(name.slice(0, 80))}, which only --format json shows`);
    }
  };

  const showMixed = async (chunks: readonly GenerateContentResponse[], index: number) => {
    let text = '';
    for (const part of chunks.flatMap((chunk) => partsOf(chunk, index))) {
      if (isAnswerText(part)) {
        text += part.text;
        continue;
      }
      if (typeof part !== 'object' || part === null) continue;
      if (text !== '') await say(text);
      text = '';
      if (part.thought !== true) await showOther(part);
      else if (thoughts) await think(part, thoughts);
    }
    if (text !== '') await say(text);
  };

  return {
    settle,
    failure: () => failure,
    show(chunks, index) {
      const text = plainText(chunks, index);
      if (text === undefined) return showMixed(chunks, index);
      return text === '' ? NOTHING : say(text);
    },
  };
}

const NOTHING = Promise.resolve();

/**
 * The text of chunks that hold nothing but text of the answer, as nearly all do; undefined for others. Apart from the
 * rest, so that a hundred thousand small chunks cost no promise each.
 */
function plainText(chunks: readonly GenerateContentResponse[], index: number): string | undefined {
  let text = '';
  for (const chunk of chunks) {
    for (const part of partsOf(chunk, index)) {
      if (!isAnswerText(part)) return undefined;
      text += part.text;
    }
  }
  return text;
}

function partsOf(chunk: GenerateContentResponse, index: number): readonly Part[] {
  const parts = findCandidate(chunk, index)?.content?.parts;
  return Array.isArray(parts) ? parts : NO_PARTS;
}

const NO_PARTS: readonly Part[] = [];

function isAnswerText(part: Part): part is Part & { text: string } {
  return typeof part?.text === 'string' && part.text !== '' && part.thought !== true;
}

/** Fields that say how a part is meant, and text, which is empty here. */
const NO_CONTENT: ReadonlySet<string> = new Set([
  'text',
  'thought',
  'thoughtSignature',
  'videoMetadata',
  'mediaResolution',
]);

/** The Markdown of code that the service ran, or of its result. */
function blockOf({ executableCode, codeExecutionResult }: Part): string | undefined {
  if (executableCode) return codeBlock(executableCode);
  return codeExecutionResult && resultBlock(codeExecutionResult);
}
