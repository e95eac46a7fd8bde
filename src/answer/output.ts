import { resolve } from 'node:path';
import type { IO, OutputStream } from '../terminal/io.ts';
import { escapeJson } from '../terminal/sanitize.ts';
import type { FunctionCall, GenerateContentResponse } from '../wire/generate-content.ts';
import type { MarkdownMode } from './markdown-stage.ts';
import { openTextAnswer } from './text-answer.ts';

export type AnswerFormat = 'text' | 'json' | 'jsonl';

/** Where an answer goes and how it is shown. All but the first five shape `text` alone. */
export type AnswerOptions = {
  readonly io: IO;
  readonly cwd: string;
  readonly format: AnswerFormat;
  /**
   * A file to write; undefined or `-` is stdout. A file, or a pipe named with `-`, may also take the one medium of an
   * answer as bytes, and its text goes to stderr then: the first 65,536 characters wait until that is known.
   */
  readonly output: string | undefined;
  /** One line to the person, on stderr. */
  note(line: string): void;
  /** How many answers were asked for; more than one are numbered. 1 when left out. */
  readonly candidates?: number | undefined;
  /** Shows thoughts, on stderr. */
  readonly showThoughts?: boolean | undefined;
  /** The folder for images and recordings in the answer; it is made when it is not there. */
  readonly outputDir?: string | undefined;
  /** Lists the sources after the answer; left out: on a terminal. */
  readonly sources?: boolean | undefined;
  /** Renders Markdown; `auto` when left out: on a terminal. */
  readonly markdown?: MarkdownMode | undefined;
  /** Writes only what the first fenced code block of the first candidate holds. */
  readonly extract?: boolean | undefined;
};

/** Where an answer goes while it comes. */
export type AnswerOutput = {
  /** What arrived together; resolves when more may come. */
  add(chunks: readonly GenerateContentResponse[]): Promise<void>;
  /**
   * The answer is over, complete or not; what was held back is written.
   * @param response the fold of all chunks; with its text if `keepsText` says so
   * @param given.calls the function calls to print; all of the first candidate when left out
   * @throws InputError when a medium of the answer could not be saved; all the rest is written then
   */
  end(response: GenerateContentResponse, given?: { calls?: readonly FunctionCall[] }): Promise<void>;
  /** The answer was complete: a file takes its name. */
  publish(): Promise<void>;
  /** The answer was not complete: a file with that name stays as it was. */
  abandon(): Promise<void>;
};

/** One way to show an answer. */
export type FormatWriter = Pick<AnswerOutput, 'add' | 'end'> & {
  /** Writes what is held back, whether `end` was called or not. */
  finish?(): Promise<void>;
};

type Format = (options: AnswerOptions, out: OutputStream) => FormatWriter | Promise<FormatWriter>;

/** The formats of an answer. A new one is a row here. */
const FORMATS: Record<AnswerFormat, Format> = {
  text: openTextAnswer,
  json: (_options, out) => ({
    add: async () => {},
    end: (response) => out.write(`${jsonFor(out, JSON.stringify(response, null, 2))}\n`),
  }),
  jsonl: (_options, out) => ({
    add: (chunks) => out.write(chunks.map((chunk) => `${jsonFor(out, JSON.stringify(chunk))}\n`).join('')),
    end: async () => {},
  }),
};

/** Whether `end` needs the text of the response; without it, memory stays flat however long the answer is. */
export function keepsText({
  format,
  candidates = 1,
  extract = false,
}: Pick<AnswerOptions, 'format' | 'candidates' | 'extract'>): boolean {
  return format === 'json' || (format === 'text' && candidates > 1 && !extract);
}

/**
 * Opens the place the answer goes to: stdout, or the file of `--output`.
 * @throws InputError when nothing can be written there, so that it is known before a request is paid for
 */
export async function openAnswer(options: AnswerOptions): Promise<AnswerOutput> {
  const target = await openTarget(options);
  const writer = await openFormat(options, target).catch(async (error: unknown) => {
    await target.abandon();
    throw error;
  });
  return {
    add: writer.add,
    end: writer.end,
    publish: target.publish,
    async abandon() {
      // The run has failed already: that it cannot be written either is not the news.
      await writer.finish?.().catch(() => {});
      await target.abandon();
    },
  };
}

type Target = Pick<AnswerOutput, 'publish' | 'abandon'> & { readonly out: OutputStream };

async function openTarget({ output, cwd, io, note }: AnswerOptions): Promise<Target> {
  if (output === undefined || output === '-') {
    return { out: io.stdout, publish: async () => {}, abandon: async () => {} };
  }
  // Loads node:crypto and the promises of node:fs, which an answer to stdout need not wait for.
  const { fileOutput } = await import('../terminal/file-output.ts');
  const file = await fileOutput(resolve(cwd, output));
  return {
    out: file,
    publish: () => file.publish(),
    async abandon() {
      const kept = await file.abandon();
      if (kept) note(`what came of the answer is in ${kept}`);
    },
  };
}

async function openFormat(options: AnswerOptions, { out }: Target): Promise<FormatWriter> {
  return FORMATS[options.format](options, out);
}

/** A terminal obeys control characters that JSON leaves as they are. */
function jsonFor(out: OutputStream, json: string): string {
  return out.isTTY ? escapeJson(json) : json;
}
