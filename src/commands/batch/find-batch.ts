import type { BatchService } from '../../backends/batches/batch-service.ts';
import type { Context } from '../../context.ts';
import { RefusedError } from '../../errors.ts';
import type { BatchJob } from '../../wire/batches.ts';
import { type KnownBatch, knownBatches, readBatchLog } from './batch-log.ts';

/** A batch as it was asked for: the jobs of a submission, or one job. */
export type FoundBatch = {
  /** What people call it: the ID of the submission, or the name of the job. */
  readonly id: string;
  /** Names of jobs, in the order of the inputs. */
  readonly jobs: readonly string[];
  /** What this machine knows of it. */
  readonly known: KnownBatch | undefined;
};

/** The ID of a submission, which is also in the names that its jobs have for people. */
const ID = /^[0-9a-f]{10}(-\d+)?$/;

/**
 * The batch of a word: the ID that `batch submit` prints, on any machine, or the name of a job.
 * @throws RefusedError when there is none; UsageError for what can be no name
 */
export async function findBatch(context: Context, service: BatchService, word: string): Promise<FoundBatch> {
  if (!ID.test(word)) {
    const name = service.fullName(word);
    const known = await submissionOf(context, name);
    return { id: known?.facts.id ?? name, jobs: [name], known };
  }
  const known = await readBatchLog(context, word);
  if (known) return foundOf(context, known);
  const jobs = await jobsOf(context, service, word);
  if (jobs.length > 0) return { id: word, jobs, known: undefined };
  throw new RefusedError(`there is no batch ${word}`, {
    hint: 'gemini batch list shows what the service has; is it the same account, project and location?',
  });
}

/** The batches that were submitted from here to this account, the newest first. */
export async function ownBatches(context: Context, service: BatchService): Promise<FoundBatch[]> {
  const place = await service.place(context.signal);
  const all = await knownBatches(context);
  return all
    .filter(({ facts, parts }) => facts.place === place && parts.some(({ job }) => job !== undefined))
    .map((known) => foundOf(context, known));
}

function foundOf({ note }: Context, known: KnownBatch): FoundBatch {
  const { facts, parts } = known;
  const jobs = parts.flatMap(({ job }) => job ?? []);
  if (jobs.length < parts.length) {
    note(
      `${facts.id}: ${parts.length - jobs.length} of ${parts.length} jobs were not created yet; the same \`batch submit\` again creates them`,
    );
  }
  return { id: facts.id, jobs, known };
}

/** The submission that is this job and nothing else. */
async function submissionOf(context: Context, job: string): Promise<KnownBatch | undefined> {
  const id = job.replace(/^.*\//, '');
  const all = await knownBatches(context);
  return all.find(({ parts }) => parts.length === 1 && parts[0]?.job?.replace(/^.*\//, '') === id);
}

/** Names of the jobs whose names among people end with the ID, by their number. */
async function jobsOf({ signal }: Context, service: BatchService, id: string): Promise<string[]> {
  const found: { readonly job: BatchJob; readonly part: number }[] = [];
  for await (const job of service.list(signal)) {
    const [, own, part = '1'] =
      /(?:^| )([0-9a-f]{10}(?:-\d+)?)(?: (\d+)of\d+)?$/.exec(job.displayName ?? '') ?? [];
    if (own === id) found.push({ job, part: Number(part) });
  }
  return found.sort((a, b) => a.part - b.part).map(({ job }) => job.name);
}
