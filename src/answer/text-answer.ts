import type { OutputStream } from '../terminal/io.ts';
import type { GenerateContentResponse } from '../wire/generate-content.ts';
import { findCandidate } from '../wire/response.ts';
import { createExtractPage } from './extract.ts';
import { functionCallLine, functionCallsOf } from './function-calls.ts';
import { createMarkdownStage } from './markdown-stage.ts';
import { openMediaPlace } from './media-place.ts';
import type { AnswerOptions, FormatWriter } from './output.ts';
import { createPage } from './page.ts';
import { createPartPrinter } from './part-printer.ts';
import { sourceLine, sourcesOf } from './sources.ts';
import { createThoughtsPage } from './thoughts.ts';

/**
 * The answer for people, and for programs that take text. Only the first candidate is shown while it comes; the
 * others, if they were asked for, follow at the end.
 */
export async function openTextAnswer(options: AnswerOptions, target: OutputStream): Promise<FormatWriter> {
  const { io, note, extract = false, showThoughts = false, candidates = 1 } = options;
  const place = await openMediaPlace({
    cwd: options.cwd,
    outputDir: options.outputDir,
    named: options.output !== undefined,
    out: target,
    stderr: io.stderr,
  });
  const { out } = place;
  const withSources = !extract && (options.sources ?? out.isTTY);
  const several = candidates > 1 && !extract;
  const render = extract ? undefined : createMarkdownStage(out, options.markdown ?? 'auto');
  // What is rendered is for a screen, even if `less` stands in between.
  const page = extract
    ? createExtractPage(out)
    : createPage({ out, render, sanitized: out.isTTY || render !== undefined });
  const thoughts = showThoughts ? createThoughtsPage(io.stderr, out) : undefined;
  const printer = createPartPrinter({ page, thoughts, place, notePaths: extract, note });
  let finished = false;

  if (several) await page.heading('[1]');

  const showSources = async (response: GenerateContentResponse, index: number) => {
    const sources = sourcesOf(findCandidate(response, index) ?? {});
    if (sources.length > 0) await page.heading('Sources:');
    for (const [position, source] of sources.entries()) await page.line(sourceLine(source, position + 1));
  };
  const finish = async () => {
    if (finished) return;
    finished = true;
    await page.end();
    await place.release();
  };

  return {
    finish,
    add: (chunks) => printer.show(chunks, 0),
    async end(response, { calls = functionCallsOf(response, 0) } = {}) {
      for (const index of several ? indicesBelow(candidates, response) : [0]) {
        if (index > 0) {
          await page.heading(`[${index + 1}]`);
          await printer.show([response], index);
        }
        await printer.settle();
        for (const call of index === 0 ? calls : functionCallsOf(response, index)) {
          await page.line(functionCallLine(call));
        }
        if (withSources) await showSources(response, index);
      }
      await finish();
      const failure = printer.failure();
      if (failure) throw failure;
    },
  };
}

/** The indices of the candidates that came, of those that were asked for; the first is always among them. */
function indicesBelow(count: number, response: GenerateContentResponse): number[] {
  const indices = (response.candidates ?? []).map(({ index }, position) => index ?? position);
  return [0, ...indices.filter((index) => index > 0 && index < count)];
}
