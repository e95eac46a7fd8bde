import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { createAnswerWriter } from '../terminal/answer.ts';
import { fileOutput } from '../terminal/file-output.ts';
import type { OutputStream } from '../terminal/io.ts';
import type { GenerateContentResponse } from '../wire/generate-content.ts';
import { answerText } from '../wire/response.ts';

export type AnswerFormat = 'text' | 'json' | 'jsonl';

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
export async function openAnswer(
  context: Context,
  options: { format: AnswerFormat; output: string | undefined },
): Promise<AnswerOutput> {
  if (options.output === undefined || options.output === '-') {
    return {
      ...FORMATS[options.format](context.io.stdout),
      publish: async () => {},
      abandon: async () => {},
    };
  }
  const file = await fileOutput(resolve(context.cwd, options.output));
  return {
    ...FORMATS[options.format](file),
    publish: () => file.publish(),
    abandon: async () => {
      const kept = await file.abandon();
      if (kept) context.note(`what came of the answer is in ${kept}`);
    },
  };
}
