import { mapOrdered } from '../concurrency.ts';
import { stateFolder } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { AuthError, GeminiError, InputError, PartialError } from '../errors.ts';
import { displayName } from '../media/display-name.ts';
import type { Medium } from '../media/medium.ts';
import { probeMedium } from '../media/probe.ts';
import { askedModel } from './asked-model.ts';
import { timeLimit } from './time-limit.ts';
import { type Asker, createAsker } from './transcribe/asker.ts';
import { excerptsFor } from './transcribe/excerpts.ts';
import { createGate } from './transcribe/gate.ts';
import { type KeptPieces, openKeptPieces, removeExpired, transcriptKey } from './transcribe/kept-pieces.ts';
import type { TranscribeOptions } from './transcribe/options.ts';
import { planOutputs, type Sink } from './transcribe/outputs.ts';
import { createTranscriptionProgress } from './transcribe/progress.ts';
import { findRecordings } from './transcribe/recordings.ts';
import { reportOf } from './transcribe/report.ts';
import { type MediumResult, transcribeMedium } from './transcribe/transcribe-medium.ts';
import { createUsageSum } from './transcribe/usage-sum.ts';

export { readTranscribeOptions } from './transcribe/options.ts';

/**
 * `gemini transcribe`: what is said in recordings, held against their length before it is believed. One that fails does
 * not end the others.
 * @throws the error of the only recording, after what there is of its transcript was written; PartialError when some of
 * many failed
 */
export async function transcribe(context: Context, options: TranscribeOptions): Promise<void> {
  const model = askedModel(context);
  const sending = !options.dryRun && !options.plan;
  // Answers do come piece by piece, but a model may listen for minutes before the first of them.
  const backend = await context.backend({ stream: false, sending });
  const asker = await createAsker(context, options, { backend, model });
  const media = await findRecordings(context, options, { limits: backend.limits, sending });
  if (!sending) {
    const { showQuestions } = await import('./transcribe/show-questions.ts');
    return showQuestions(context, options, asker, media);
  }
  const limited = timeLimit(context, (seconds) => `not all was transcribed within ${seconds} s`, GO_ON);
  try {
    await transcribeAll({ ...context, signal: limited.signal }, options, asker, media);
  } finally {
    limited.clear();
  }
}

const GO_ON = 'run it again: what is done is not asked for twice';

async function transcribeAll(
  context: Context,
  options: TranscribeOptions,
  asker: Asker,
  media: readonly Medium[],
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const run = await createRun({ ...context, signal }, options, asker, media);
  try {
    const failures = await mapOrdered([...media.entries()], options.jobs, run.one);
    await run.finish(failures.filter((failure) => failure !== undefined));
  } catch (error) {
    // Requests for the other recordings may still be under way.
    stop.abort(error);
    throw error;
  } finally {
    await run.close();
  }
}

type Run = {
  /** @returns what was wrong, when the others can go on */
  one(place: readonly [index: number, medium: Medium]): Promise<GeminiError | undefined>;
  finish(failures: readonly GeminiError[]): Promise<void>;
  close(): Promise<void>;
};

/** What the recordings of a run share: room for requests, places to write to, what was kept. */
async function createRun(
  context: Context,
  options: TranscribeOptions,
  asker: Asker,
  media: readonly Medium[],
): Promise<Run> {
  const { env, note, io, signal } = context;
  const label = media.length === 1 ? displayName(media[0]?.name ?? '') : `${media.length} recordings`;
  const progress = createTranscriptionProgress(context, label);
  const outputs = await planOutputs(context, media, options, progress.giveWay);
  const folder = stateFolder(env);
  await removeExpired(folder, context.now());
  const gate = createGate(options.jobs);
  const usage = createUsageSum();
  const kept = new Map<string, KeptPieces>();
  const begun = new Map<string, Promise<MediumResult>>();

  /** The same recording twice in a run is asked about once. */
  const resultOf = async (medium: Medium, sink: Sink): Promise<MediumResult> => {
    const facts = await probeMedium(medium, { signal });
    if (facts.sound === false) throw new InputError(`${displayName(medium.name)} has no sound`);
    const excerpts = excerptsFor(context, options, asker.backend, medium, facts.seconds);
    const { summary, chapters, repair, chunkSeconds, jobs, fresh } = options;
    const identity = JSON.stringify([asker.identity, summary, chapters, repair]);
    const key = await transcriptKey(medium, identity);
    const same = begun.get(key);
    if (same) {
      const result = await same;
      sink.add(result.transcript.segments);
      return result;
    }
    const { start, end } = excerpts.range;
    if (Number.isFinite(end)) progress.expect(end - start);
    const result = openKeptPieces(folder, key, { fresh, note }).then((pieces) => {
      kept.set(key, pieces);
      return transcribeMedium({
        ...{ name: displayName(medium.name), asker, excerpts, signal, gate, kept: pieces },
        ...{ summary, chapters, repair, chunkSeconds, jobs },
        onUsage: usage.add,
        onDone: progress.done,
        onSegments: sink.add,
      });
    });
    begun.set(key, result);
    return result;
  };

  return {
    async one([index, medium]) {
      const sink = await outputs.open(index);
      try {
        const result = await resultOf(medium, sink);
        // Nothing is no reason to replace the file of an earlier run.
        if (result.failure && result.transcript.segments.length === 0) throw result.failure;
        await sink.end(result.transcript);
        for (const line of reportOf(displayName(medium.name), result)) note(line);
        if (result.failure) throw result.failure;
        return undefined;
      } catch (error) {
        await sink.abandon();
        signal.throwIfAborted();
        // Without a credential the others fail too.
        if (!(error instanceof GeminiError) || error instanceof AuthError) throw error;
        if (media.length > 1) note(error.message);
        return error;
      }
    },
    async finish(failures) {
      progress.stop();
      if (options.usage) await io.stderr.write(usage.line());
      const [first] = failures;
      if (!first) {
        // Nobody has to come back for any of it.
        for (const pieces of kept.values()) await pieces.remove();
        return;
      }
      if (failures.length === media.length) throw first;
      throw new PartialError(
        `${failures.length} of ${media.length} recordings were not transcribed to their end`,
        {
          hint: GO_ON,
          cause: new AggregateError(failures),
        },
      );
    },
    async close() {
      progress.stop();
      for (const pieces of kept.values()) await pieces.close();
    },
  };
}
