import { createReadStream } from 'node:fs';
import type { BatchService, NewBatch } from '../../backends/batches/batch-service.ts';
import type { Context } from '../../context.ts';
import type { RequestFile } from './write-requests.ts';

type DryRun = {
  readonly form: 'body' | 'http' | undefined;
  readonly service: BatchService;
  readonly jobs: readonly NewBatch[];
  readonly files: readonly RequestFile[];
};

/**
 * Prints the lines of requests as they would be uploaded; with `http`, or where there are none, the requests that create
 * the jobs. Nothing was sent.
 */
export async function printDryRun({ io }: Context, { form, service, jobs, files }: DryRun): Promise<void> {
  if (form === 'http' || files.length === 0) {
    for (const job of jobs) {
      const { method, url, body } = service.preview(job);
      const head = form === 'http' ? `${method} ${url}\n\n` : '';
      await io.stdout.write(`${head}${JSON.stringify(body, null, 2)}\n`);
    }
    return;
  }
  for (const { path } of files) {
    for await (const piece of createReadStream(path)) await io.stdout.write(piece);
  }
}
