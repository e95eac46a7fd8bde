import { mkdir } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { InputError, UsageError } from '../../errors.ts';
import { displayName } from '../../media/display-name.ts';
import type { Medium } from '../../media/medium.ts';
import { type FileOutput, fileOutput } from '../../terminal/file-output.ts';
import { oneLine, sanitize } from '../../terminal/sanitize.ts';
import type { Format, RenderOptions } from '../../transcript/formats/format.ts';
import { FORMATS } from '../../transcript/formats/index.ts';
import type { Segment, Transcript } from '../../transcript/transcript.ts';
import type { TranscribeOptions } from './options.ts';

/** Where one transcript goes. */
export type Sink = {
  /** Takes segments as soon as they are known; they show at once in formats that can be written piece by piece. */
  add(segments: readonly Segment[]): void;
  /** Takes the rest. @throws InputError when it cannot be written */
  end(transcript: Transcript): Promise<void>;
  /** There will be no more: what came is kept. */
  abandon(): Promise<void>;
};

/** Places for all transcripts of a run, by the order of the media. */
export type Outputs = { open(index: number): Promise<Sink> };

/**
 * @param onTerminal is called before anything is written to a terminal
 * @throws UsageError when they cannot all go where they are wanted; InputError for a folder that cannot be made
 */
export async function planOutputs(
  { cwd, io }: Pick<Context, 'cwd' | 'io'>,
  media: readonly Medium[],
  options: TranscribeOptions,
  onTerminal: () => void,
): Promise<Outputs> {
  const { format, output, outputDir } = options;
  const row: Format = FORMATS[format];
  const render: RenderOptions = {
    speakers: options.speakers || options.speakerNames.length > 0,
    timestamps: options.timestamps,
    ...(options.maxLineWidth !== undefined && { maxLineWidth: options.maxLineWidth }),
    ...(options.maxLines !== undefined && { maxLines: options.maxLines }),
  };
  if (outputDir !== undefined) {
    const folder = resolve(cwd, outputDir);
    await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      throw new InputError(`cannot make the folder ${displayName(outputDir)}: ${error.code}`, {
        cause: error,
      });
    });
    const names = outputNames(media, row.extension);
    return {
      open: async (index) => fileSink(await fileOutput(join(folder, names[index] ?? '')), { row, render }),
    };
  }
  if (media.length > 1 && output !== undefined && output !== '-') {
    throw new UsageError(`-o: ${media.length} transcripts do not go into one file`, {
      hint: 'name a folder with --output-dir',
    });
  }
  if (output !== undefined && output !== '-') {
    return { open: async () => fileSink(await fileOutput(resolve(cwd, output)), { row, render }) };
  }
  const heading = HEADINGS[format];
  if (media.length > 1 && !heading) {
    throw new UsageError(`--format ${format}: ${media.length} transcripts do not go into one stream`, {
      hint: 'name a folder with --output-dir',
    });
  }
  const write = (text: string) => {
    if (!io.stdout.isTTY) return io.stdout.write(text);
    onTerminal();
    return io.stdout.write(sanitize(text));
  };
  let turn: Promise<unknown> = Promise.resolve();
  const turns = media.map(() => {
    const before = turn;
    let done = () => {};
    const finished = new Promise<void>((resolve) => {
      done = resolve;
    });
    turn = Promise.all([before, finished]);
    return { before, done };
  });
  return {
    open: async (index) => {
      const { before, done } = turns[index] ?? { before: turn, done: () => {} };
      const title = media.length > 1 ? heading?.(oneLine(media[index]?.name ?? ''), index) : undefined;
      const begin = before.then(() => (title === undefined ? undefined : write(title)));
      const piecewise = createPieces({ row, render }, begin, write);
      return {
        add: piecewise.add,
        end: (transcript) => piecewise.end(transcript).finally(done),
        abandon: () => piecewise.abandon().finally(done),
      };
    },
  };
}

/** Several transcripts in one stream stand under their names; what programs read has no place for that. */
const HEADINGS: Readonly<
  Partial<Record<TranscribeOptions['format'], (name: string, index: number) => string>>
> = {
  txt: (name, index) => `${index > 0 ? '\n' : ''}==> ${name} <==\n`,
  md: (name, index) => `${index > 0 ? '\n' : ''}# ${name}\n\n`,
};

type Rendering = { readonly row: Format; readonly render: RenderOptions };

function fileSink(file: FileOutput, rendering: Rendering): Sink {
  const piecewise = createPieces(rendering, Promise.resolve(), (text) => file.write(text));
  const dropped = async (error: unknown) => {
    await file.abandon();
    throw error;
  };
  return {
    add: piecewise.add,
    end: (transcript) => piecewise.end(transcript).then(() => file.publish(), dropped),
    abandon: async () => {
      await piecewise.abandon().catch(() => {});
      await file.abandon();
    },
  };
}

/** Writes in order, each piece when the one before is written. */
function createPieces(
  { row, render }: Rendering,
  begin: Promise<unknown>,
  write: (text: string) => Promise<void>,
): Sink {
  const writer = row.writer?.(render);
  let writing: Promise<unknown> = begin;
  let last = '\n';
  const append = (text: string) => {
    if (text === '') return;
    last = text.at(-1) ?? last;
    writing = writing.then(() => write(text));
    // Whoever ends it hears of it.
    writing.catch(() => {});
  };
  return {
    add(segments) {
      if (writer) append(segments.map((segment) => writer.write(segment)).join(''));
    },
    async end({ segments, ...rest }) {
      append(writer ? writer.end(rest) : row.render({ segments, ...rest }, render));
      await writing;
    },
    async abandon() {
      if (last !== '\n') append('\n');
      await writing;
    },
  };
}

/** The names of files for all transcripts: of the medium's own name, and numbered where two are the same. */
export function outputNames(media: readonly { readonly name: string }[], extension: string): string[] {
  const taken = new Set<string>();
  return media.map(({ name }) => {
    const base = baseOf(name);
    for (let number = 1; ; number += 1) {
      const wanted = `${base}${number > 1 ? `-${number}` : ''}${extension}`;
      // Two file systems out of three take "Talk" and "talk" for the same.
      const key = wanted.normalize('NFC').toLowerCase();
      if (taken.has(key)) continue;
      taken.add(key);
      return wanted;
    }
  });
}

/** Without folders, extension, and what is no part of a file's name on some system. */
function baseOf(name: string): string {
  const path = /^[a-z][a-z0-9+.-]+:\/\//i.test(name) ? name.replace(/[?#].*$/s, '') : name;
  const file = basename(path.replace(/\/+$/, ''));
  const base = basename(file, extname(file)).replace(/[\0-\x1f<>:"|?*\\/]/g, '_');
  const cut = [...base].slice(0, MOST_CHARACTERS).join('');
  return /^\.*$/.test(cut) ? 'transcript' : cut;
}

/** With a number and an extension below the 255 bytes of a name, in any script. */
const MOST_CHARACTERS = 60;
