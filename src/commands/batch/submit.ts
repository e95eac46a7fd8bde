import type { NewBatch } from '../../backends/batches/batch-service.ts';
import type { Context } from '../../context.ts';
import { InputError, PartialError } from '../../errors.ts';
import { openFileSource } from '../../media/file-source.ts';
import type { Uploader } from '../../uploads/uploader.ts';
import { askedModel } from '../asked-model.ts';
import { checkAddresses, outputOf, uploaderFor } from './addresses.ts';
import { type KnownBatch, openBatchLog } from './batch-log.ts';
import { createJobs } from './create-jobs.ts';
import { printDryRun } from './dry-run.ts';
import { gatherRequests } from './gather-requests.ts';
import { begin, idOf, partsOf, type Submission } from './submission.ts';
import type { SubmitOptions } from './submit-options.ts';
import type { WrittenRequests } from './write-requests.ts';

export { readSubmitOptions } from './submit-options.ts';

/**
 * `gemini batch submit`: writes the requests, puts them where the service reads them, and creates the jobs. The same
 * again creates nothing: a run that was killed is taken up where it ended.
 * @throws PartialError when some of the inputs could not be sent; the others are submitted
 */
export async function submit(context: Context, options: SubmitOptions): Promise<void> {
  const sending = options.dryRun === undefined;
  const service = await context.batches({ sending });
  const model = askedModel(context);
  const uploader = uploaderFor(context, service, options);
  checkAddresses(service, options);
  let schema: Record<string, unknown> | undefined;
  const requests =
    options.inputUri === undefined
      ? await gatherRequests(context, options, {
          service,
          model,
          uploader: sending ? uploader : undefined,
          onSchema: (found) => {
            schema = found;
          },
        })
      : undefined;
  try {
    if (requests?.files.length === 0) throw nothingToSend(requests);
    const batch = { context, service, options, model, requests, schema };
    if (!sending) return await dryRun(batch);
    await submitOnce(batch, uploader);
    noteFailures(context, requests);
  } finally {
    await requests?.remove();
  }
}

/** Submits what was not submitted yet, and says what was. */
async function submitOnce(
  submission: Submission,
  uploader: (() => Promise<Uploader>) | undefined,
): Promise<void> {
  const { context, service, options, requests } = submission;
  const place = await service.place(context.signal);
  const id = await idOf(submission, place);
  const log = await openBatchLog(context, id);
  try {
    if (log.known?.parts.every(({ job }) => job !== undefined)) {
      const on = log.known.facts.created.slice(0, 16).replace('T', ' ');
      context.note(`this was submitted already, on ${on} UTC; --again submits it once more`);
      return await print(context, options, log.known);
    }
    const known = log.known ?? (await begin(submission, { id, place, log }));
    let made: Promise<Uploader> | undefined;
    const jobs = await createJobs(context, {
      service,
      log,
      parts: known.parts,
      model: submission.model,
      output: (part) => outputOf(submission, { id, part, of: known.parts.length }),
      input: async (part) => {
        const file = requests?.files[part];
        if (!file || !uploader) return options.inputUri ?? '';
        made ??= uploader();
        return uploadRequests(context, await made, file.path, known.parts[part]?.displayName ?? id);
      },
    });
    const parts = known.parts.map((part, index) => ({ ...part, job: jobs[index] ?? '' }));
    await print(context, options, { facts: known.facts, parts });
    context.note(`wait for it: gemini batch status --wait ${id}`);
  } finally {
    await log.close();
  }
}

async function uploadRequests(
  { cwd, signal }: Context,
  uploader: Uploader,
  path: string,
  displayName: string,
): Promise<string> {
  const { source } = await openFileSource(path, { cwd });
  const upload = { source, mimeType: 'application/jsonl', displayName: `${displayName}.jsonl` };
  const { fileUri } = await uploader.upload(upload, { signal });
  return uploader.name === 'files-api' ? `files/${fileUri.split('/').at(-1)}` : fileUri;
}

async function dryRun(submission: Submission): Promise<void> {
  const { context, service, options, model, requests } = submission;
  const names = partsOf(options.name, 'ID', requests);
  const bucket = context.config.text('uploadTo')?.replace(/\/+$/, '');
  const jobs = names.map(({ displayName }, index): NewBatch => {
    const file = `REQUESTS-${index + 1}`;
    const input = service.name === 'developer' ? `files/${file}` : `${bucket}/${file}.jsonl`;
    const output = outputOf(submission, { id: 'ID', part: index, of: names.length });
    return { displayName, model, input: options.inputUri ?? input, output };
  });
  await printDryRun(context, { form: options.dryRun, service, jobs, files: requests?.files ?? [] });
}

async function print(
  { io, note }: Context,
  { format }: SubmitOptions,
  { facts, parts }: KnownBatch,
): Promise<void> {
  const jobs = parts.map(({ job, displayName, requests }) => ({ name: job, displayName, requests }));
  if (format === 'json') {
    const { id, name, model, count } = facts;
    return io.stdout.write(`${JSON.stringify({ id, name, model, inputs: count, jobs }, null, 2)}\n`);
  }
  for (const { name, requests } of jobs)
    note(`${name}${requests === undefined ? '' : `: ${requests} requests`}`);
  return io.stdout.write(`${facts.id}\n`);
}

function nothingToSend({ failed }: WrittenRequests): InputError {
  const [failure] = failed;
  const hint = failure?.error?.hint;
  return new InputError(
    failure?.error
      ? `none of the inputs can be sent: ${failure.error.message}`
      : 'none of the inputs is of a type that can be described',
    hint === undefined ? {} : { hint },
  );
}

/** Faults that are shown one by one. */
const SHOWN = 5;

function noteFailures({ note }: Context, requests: WrittenRequests | undefined): void {
  if (!requests || requests.failed.length === 0) return;
  const { failed, items } = requests;
  for (const { error } of failed.slice(0, SHOWN)) if (error) note(error.message);
  throw new PartialError(`${failed.length} of ${items.length} inputs could not be sent; the others were`, {
    hint: 'submit those by themselves when they are mended; the results have a record of each',
  });
}
