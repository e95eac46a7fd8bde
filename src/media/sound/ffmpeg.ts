import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { ByteSource } from '../../byte-source.ts';
import { runCommand } from '../../child-process/command-run.ts';
import { InputError } from '../../errors.ts';
import { bufferSource } from '../buffer-source.ts';
import { displayName } from '../display-name.ts';
import type { Sound, Span } from './sound.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A program is looked for where the person's shell would look, but never in the current folder. */
export async function findFfmpeg(env: Environment): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

export type FfmpegOptions = {
  readonly ffmpeg: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Length of the recording, as its headers say. */
  readonly seconds: number;
};

/**
 * The sound of any file that ffmpeg reads, a video's too: pieces are made mono, at the 16 kHz that models of speech work
 * with, so that an hour is 14 MB whatever it was.
 * @param source a file: ffmpeg reads it by its path
 */
export function ffmpegSound(source: ByteSource & { readonly path: string }, options: FfmpegOptions): Sound {
  const { seconds } = options;
  return {
    seconds,
    bytesPerSecond: BYTES_PER_SECOND,
    silences: async () => {
      const filter = `silencedetect=noise=${QUIETER_THAN}:duration=${SHORTEST_SILENCE}`;
      const lines: string[] = [];
      await run(source, options, {
        after: ['-af', filter, '-f', 'null', '-'],
        level: 'info',
        onLine: (line) => lines.push(line),
      });
      return readSilences(lines, seconds);
    },
    cut: async (start, end) => {
      const encode = (format: readonly string[]) => {
        return run(source, options, {
          before: ['-ss', decimal(start), '-to', decimal(end)],
          after: [...SPEECH, ...format],
        });
      };
      const piece = (bytes: Buffer, mimeType: string) => {
        return { bytes: bufferSource(bytes, source.name), mimeType, start, end };
      };
      try {
        return piece(await encode(MP3), 'audio/mpeg');
      } catch (error) {
        if (!(error instanceof InputError) || !/encoder/i.test(error.details.join())) throw error;
        return piece(await encode(FLAC), 'audio/flac');
      }
    },
  };
}

const QUIETER_THAN = '-35dB';
const SHORTEST_SILENCE = 0.3;
const BYTES_PER_SECOND = 4000;
const SPEECH = ['-ac', '1', '-ar', '16000'];
const MP3 = [
  '-codec:a',
  'libmp3lame',
  '-b:a',
  `${(BYTES_PER_SECOND * 8) / 1000}k`,
  '-write_xing',
  '0',
  '-f',
  'mp3',
  'pipe:1',
];

/** Some are built without an encoder for MP3; this one is in all of them. */
const FLAC = ['-codec:a', 'flac', '-f', 'flac', 'pipe:1'];

/** Reading a day of sound takes minutes; what takes longer hangs. */
const TIME_LIMIT_MS = 30 * 60_000;
/** Four hours of such MP3: a piece is far shorter. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

type Arguments = {
  /** What stands before the input, which is about reading it. */
  readonly before?: readonly string[];
  readonly after: readonly string[];
  readonly level?: 'error' | 'info';
  onLine?(line: string): void;
};

async function run(
  { path, name }: { readonly path: string; readonly name: string },
  { ffmpeg, env, signal }: FfmpegOptions,
  { before = [], after, level = 'error', onLine }: Arguments,
): Promise<Buffer> {
  let lastLine = '';
  // A path that begins with "-" or holds ":" is no option and no protocol of ffmpeg's.
  const input = ['-protocol_whitelist', 'file,pipe', '-i', `file:${path}`, '-vn', '-sn', '-dn'];
  const { output, failure } = await runCommand({
    argv: [ffmpeg, '-hide_banner', '-nostdin', '-loglevel', level, ...before, ...input, ...after],
    cwd: process.cwd(),
    env: Object.fromEntries(Object.entries({ PATH: env.PATH ?? '', HOME: env.HOME ?? '' })),
    input: '',
    timeoutMs: TIME_LIMIT_MS,
    maxOutputBytes: MOST_OUTPUT_BYTES,
    signal,
    onStderr: (line) => {
      if (line.trim() !== '') lastLine = line.trim();
      onLine?.(line);
    },
  });
  signal.throwIfAborted();
  if (failure === undefined) return output;
  throw new InputError(`${displayName(name)}: its sound cannot be read: ffmpeg ${failure}`, {
    details: lastLine === '' ? [] : [lastLine],
    hint: '--cutter own does without ffmpeg',
  });
}

/** `[silencedetect @ 0x…] silence_start: 12.3`, then `silence_end: 13.1 | silence_duration: 0.8`; none at the very end. */
function readSilences(lines: readonly string[], seconds: number): Span[] {
  const silences: Span[] = [];
  let start: number | undefined;
  for (const line of lines) {
    const [, what, value] = /silence_(start|end): (-?[\d.]+)/.exec(line) ?? [];
    if (what === 'start') start = Math.max(0, Number(value));
    else if (what === 'end' && start !== undefined) {
      silences.push({ start, end: Number(value) });
      start = undefined;
    }
  }
  return start === undefined || start >= seconds ? silences : [...silences, { start, end: seconds }];
}

/** Never in exponents, which ffmpeg does not read. */
function decimal(seconds: number): string {
  return seconds.toFixed(3);
}
