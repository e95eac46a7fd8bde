import { PassThrough, Readable } from 'node:stream';
import { readTranscribeOptions, transcribe } from '../../../src/commands/transcribe.ts';
import { createContext } from '../../../src/context.ts';
import { GeminiError } from '../../../src/errors.ts';
import type { IO } from '../../../src/terminal/io.ts';
import { createOutputStream } from '../../../src/terminal/output-stream.ts';
import { temporaryFolder } from '../../helpers/run-gemini.ts';

export type Transcribed = { stdout: string; stderr: string; error: GeminiError | undefined };
export type TranscribeRun = {
  /** Flags as commander gives them. */
  flags?: Record<string, unknown>;
  env: Record<string, string>;
  cwd?: string;
  signal?: AbortSignal;
  /** Called with each piece of stdout. */
  onStdout?(text: string): void;
};

/** The command in this process, with a home of its own unless `env` names one; no ffmpeg is found unless PATH is given. */
export async function runTranscribe(sources: readonly string[], run: TranscribeRun): Promise<Transcribed> {
  const { flags = {}, cwd = temporaryFolder(), signal = new AbortController().signal } = run;
  const out = collector(run.onStdout);
  const err = collector();
  const io: IO = { stdin: Readable.from([]), stdout: out.stream, stderr: err.stream };
  const context = createContext({
    io,
    env: { HOME: cwd, ...run.env },
    cwd,
    signal,
    flags,
    userFile: () => undefined,
    secrets: new Set(),
    quiet: false,
    debug: false,
    interruptHandlers: [],
  });
  let error: GeminiError | undefined;
  try {
    await transcribe(context, readTranscribeOptions(flags, sources));
  } catch (thrown) {
    if (!(thrown instanceof GeminiError)) throw thrown;
    error = thrown;
  } finally {
    await context.close();
  }
  return { stdout: out.text(), stderr: err.text(), error };
}

function collector(onText: (text: string) => void = () => {}) {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk;
    onText(String(chunk));
  });
  const facts = { isTTY: false, columns: () => undefined, colorLevel: 0 as const, failure: () => undefined };
  return { stream: createOutputStream(stream, facts), text: () => text };
}
