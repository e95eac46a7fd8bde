import { resolve } from 'node:path';
import { createAnswerWriter } from '../terminal/answer.ts';
import { fileOutput } from '../terminal/file-output.ts';
import type { IO, OutputStream } from '../terminal/io.ts';
import type { GenerateContentResponse } from '../wire/generate-content.ts';
import { answerText } from '../wire/response.ts';

export type AnswerFormat = 'text' | 'json' | 'jsonl';

export type AnswerOptions = {
  readonly io: IO;
  readonly cwd: string;
  readonly format: AnswerFormat;
  /** A file to write; undefined or `-` is stdout. */
  readonly output: string | undefined;
  /** One line to the person, on stderr. */
  note(line: string): void;
};

/** Where an answer goes while it comes. */
export type AnswerOutput = {
  /** What arrived together; resolves when more may come. */
  add(chunks: readonly GenerateContentResponse[]): Promise<void>;
  /** The answer is over, complete or not; what was held back is written. */
  end(response: GenerateContentResponse): Promise<void>;
  /** The answer was complete: a file takes its name. */
  publish(): Promise<void>;
  /** The answer was not complete: a file with that name stays as it was. */
  abandon(): Promise<void>;
};

type FormatWriter = Pick<AnswerOutput, 'add' | 'end'>;

/** The formats of an answer. A new one is a row here. */
const FORMATS: Record<AnswerFormat, (out: OutputStream) => FormatWriter> = {
  text: (out) => {
    const writer = createAnswerWriter({ out, sanitize: out.isTTY });
    return {
      add: async (chunks) => {
        let text = '';
        for (const chunk of chunks) text += answerText(chunk);
        if (text) await writer.write(text);
      },
      end: () => writer.end(),
    };
  },
  json: (out) => ({
    add: async () => {},
    end: (response) => out.write(`${JSON.stringify(response, null, 2)}\n`),
  }),
  jsonl: (out) => ({
    add: (chunks) => out.write(chunks.map((chunk) => `${JSON.stringify(chunk)}\n`).join('')),
    end: async () => {},
  }),
};

/** Opens the place the answer goes to: stdout, or the file of `--output`. */
export async function openAnswer(options: AnswerOptions): Promise<AnswerOutput> {
  if (options.output === undefined || options.output === '-') {
    return {
      ...FORMATS[options.format](options.io.stdout),
      publish: async () => {},
      abandon: async () => {},
    };
  }
  const file = await fileOutput(resolve(options.cwd, options.output));
  return {
    ...FORMATS[options.format](file),
    publish: () => file.publish(),
    abandon: async () => {
      const kept = await file.abandon();
      if (kept) options.note(`what came of the answer is in ${kept}`);
    },
  };
}
