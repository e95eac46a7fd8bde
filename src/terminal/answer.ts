import { createFinalNewline } from './final-newline.ts';
import type { OutputStream } from './io.ts';
import { createSanitizer } from './sanitize.ts';
import { createSurrogateJoiner } from './surrogates.ts';
import { chainStages, type TextStage } from './text-stage.ts';

export type AnswerWriterOptions = {
  out: OutputStream;
  /** Makes control characters visible: for a terminal. A pipe and a file get the text unchanged. */
  sanitize: boolean;
  /** What the text goes through after that, such as a Markdown renderer. */
  render?: TextStage;
  /** Called once, right before the first character is written. */
  onFirst?: () => void;
};

export type AnswerWriter = {
  /** Takes a piece of the answer and resolves when the next may come. @throws what OutputStream.write throws */
  write(text: string): Promise<void>;
  /** Writes what is held back and the one newline at the end; an empty answer prints nothing. */
  end(): Promise<void>;
};

/** A slow reader never makes more than this wait in one string, in UTF-16 code units. */
const GATHER_LIMIT = 65_536;

/**
 * Writes an answer piece by piece. The first piece goes out at once; the pieces that come in one turn of the event
 * loop, as those of one network read do, are gathered into one write: a write for each halves the throughput.
 */
export function createAnswerWriter({ out, sanitize, render, onFirst }: AnswerWriterOptions): AnswerWriter {
  const stages = chainStages([
    createSurrogateJoiner(),
    ...(sanitize ? [createSanitizer()] : []),
    ...(render ? [render] : []),
    createFinalNewline(),
  ]);
  let gathered = '';
  let scheduled: NodeJS.Immediate | undefined;
  let written: Promise<void> | undefined;

  const flush = () => {
    if (scheduled) clearImmediate(scheduled);
    scheduled = undefined;
    if (gathered === '') return;
    if (!written) onFirst?.();
    written = out.write(gathered);
    // A flush by the event loop has no caller: the next write() or end() reports its failure.
    written.catch(() => {});
    gathered = '';
  };

  return {
    async write(text) {
      gathered += stages.push(text);
      if (!written || gathered.length >= GATHER_LIMIT) flush();
      else if (gathered !== '') scheduled ??= setImmediate(flush);
      await written;
    },
    async end() {
      gathered += stages.end();
      flush();
      await written;
    },
  };
}
