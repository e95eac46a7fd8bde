import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type AnswerOptions, keepsText, openAnswer } from '../../src/answer/output.ts';
import type { WatchedOutputStream } from '../../src/terminal/io.ts';
import type {
  Candidate,
  FunctionCall,
  GenerateContentResponse,
  Part,
} from '../../src/wire/generate-content.ts';
import { createResponseFold } from '../../src/wire/response.ts';
import { afterEachFile } from '../helpers/clean-up.ts';
import { memoryOutput } from '../terminal/memory-output.ts';

const folders: string[] = [];
afterEachFile(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder, removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'answer-'));
  folders.push(folder);
  return folder;
}

export type ShowOptions = Partial<Omit<AnswerOptions, 'io' | 'note'>> & {
  /** Whether stdout and stderr are terminals. */
  terminal?: boolean;
  stderrTerminal?: boolean;
  calls?: readonly FunctionCall[];
  columns?: number;
  colorLevel?: 0 | 1;
};

export type Shown = {
  stdout: string;
  stdoutBytes: Buffer;
  stderr: string;
  /** All writes to both, in order: what one screen would show. */
  screen: string;
  notes: string[];
  cwd: string;
  error: unknown;
};

/** Shows an answer the way `ask` does: add, end, then publish or abandon. */
export async function showAnswer(
  chunks: readonly GenerateContentResponse[],
  { terminal = false, stderrTerminal = terminal, calls, columns, colorLevel = 0, ...given }: ShowOptions = {},
): Promise<Shown> {
  const cwd = given.cwd ?? temporaryFolder();
  const screen: Buffer[] = [];
  const recorder = (isTTY: boolean) => {
    const written: Buffer[] = [];
    const output: WatchedOutputStream = {
      ...memoryOutput({ isTTY, colorLevel }),
      columns: () => columns,
      write: async (data) => {
        written.push(Buffer.from(data));
        screen.push(Buffer.from(data));
      },
    };
    return { output, bytes: () => Buffer.concat(written) };
  };
  const stdout = recorder(terminal);
  const stderr = recorder(stderrTerminal);
  const notes: string[] = [];
  const options: AnswerOptions = {
    format: 'text',
    output: undefined,
    ...given,
    cwd,
    io: { stdin: Readable.from([]), stdout: stdout.output, stderr: stderr.output },
    note: (line) => notes.push(line),
  };
  const fold = createResponseFold({ keepText: keepsText(options) });
  let error: unknown;
  try {
    const answer = await openAnswer(options);
    try {
      for (const chunk of chunks) {
        fold.add(chunk);
        await answer.add([chunk]);
      }
      await answer.end(fold.response(), calls && { calls });
      await answer.publish();
    } catch (reason) {
      await answer.abandon();
      throw reason;
    }
  } catch (reason) {
    error = reason;
  }
  return {
    stdout: stdout.bytes().toString(),
    stdoutBytes: stdout.bytes(),
    stderr: stderr.bytes().toString(),
    screen: Buffer.concat(screen).toString(),
    notes,
    cwd,
    error,
  };
}

/** A chunk of the first candidate. */
export function chunk(...parts: Part[]): GenerateContentResponse {
  return { candidates: [{ content: { role: 'model', parts } }] };
}

/** A chunk with further fields of its candidate. */
export function chunkWith(candidate: Candidate): GenerateContentResponse {
  return { candidates: [candidate] };
}

export const text = (value: string): Part => ({ text: value });
export const media = (mimeType: string, bytes: Uint8Array): Part => ({
  inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') },
});
