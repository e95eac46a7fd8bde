import type { BatchService } from '../../backends/batches/batch-service.ts';
import type { Context } from '../../context.ts';
import { createSpinner } from '../../terminal/spinner.ts';
import type { Uploader } from '../../uploads/uploader.ts';
import { listItems, openDescribing } from '../describing.ts';
import { createMediaDelivery } from './deliver-media.ts';
import { itemLines } from './item-lines.ts';
import { promptLines } from './prompt-lines.ts';
import { readyLines } from './ready-lines.ts';
import type { SubmitOptions } from './submit-options.ts';
import { type RequestLine, type WrittenRequests, writeRequests } from './write-requests.ts';

export type Gathering = {
  readonly service: BatchService;
  readonly model: string;
  /** Undefined: nothing is sent. */
  readonly uploader: (() => Promise<Uploader>) | undefined;
  /** Is told what answers must fit. */
  onSchema(schema: Record<string, unknown> | undefined): void;
};

/** Writes the requests about whatever was named, with their media where the service reads them. */
export async function gatherRequests(
  context: Context,
  options: SubmitOptions,
  gathering: Gathering,
): Promise<WrittenRequests> {
  const { limits } = gathering.service;
  const spinner = context.quiet ? undefined : createSpinner(context.io.stderr, 'preparing the requests');
  spinner?.start();
  try {
    const lines = await linesOf(context, options, {
      ...gathering,
      onDone: (done, count) => spinner?.setText(`preparing the requests: ${done} of ${count}`),
    });
    return await writeRequests(lines, {
      requests: Math.min(limits.requests, options.requestsPerJob ?? limits.requests),
      bytes: Math.min(limits.bytes, options.bytesPerJob ?? limits.bytes),
    });
  } finally {
    spinner?.stop();
  }
}

async function linesOf(
  context: Context,
  { describing: described, requests, prompts }: SubmitOptions,
  { service, model, uploader, onSchema, onDone }: Gathering & { onDone(done: number, count: number): void },
): Promise<AsyncIterable<RequestLine>> {
  if (requests !== undefined) return readyLines(context, requests);
  const delivery = createMediaDelivery(context, service, uploader);
  const backend = await context.backend({ stream: false, sending: false });
  // What a job takes is another limit than what one request takes.
  const limits = { ...backend.limits, requestBytes: Number.POSITIVE_INFINITY };
  if (prompts !== undefined) {
    return promptLines(context, prompts, { options: described, model, limits, delivery, onSchema });
  }
  const items = await listItems(context, described);
  const describing = await openDescribing(context, described, {
    backend: { name: backend.name, limits },
    model,
  });
  return itemLines(context, items, {
    describing,
    delivery,
    onSchema,
    onDone: (done) => onDone(done, items.count),
  });
}
