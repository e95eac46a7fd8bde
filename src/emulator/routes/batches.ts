import { jsonAnswer } from '../answer.ts';
import { type Batch, isOver, newBatch } from '../batches/batch.ts';
import { type BatchBody, developerWork } from '../batches/developer-work.ts';
import { cancelBatch, runBatch } from '../batches/run-batch.ts';
import { GoogleError } from '../google-error.ts';
import { parseJsonText } from '../json-text.ts';
import type { Store } from '../store/store.ts';
import { pageOf } from './page.ts';
import type { Route } from './route.ts';

const VERSION = '^/v1(?:beta|alpha)?';
const TYPES = 'type.googleapis.com/google.ai.generativelanguage.v1main';

/** Batches of the Developer API: https://ai.google.dev/gemini-api/docs/batch-api. */
export const BATCHES: readonly Route[] = [
  {
    method: 'POST',
    path: new RegExp(`${VERSION}/models/(?<model>[^/:]+):batchGenerateContent$`),
    handle: async (call, { model = '' }) => {
      const { batch: asked = {} } = parseJsonText(await call.body()) as BatchBody;
      const displayName = asked.displayName ?? asked.display_name;
      if (typeof displayName !== 'string' || displayName === '') {
        throw new GoogleError(400, '* BatchGenerateContentRequest.batch.display_name: it is required\n');
      }
      const { work, total } = await developerWork(call, asked.inputConfig ?? asked.input_config ?? {});
      const batch = newBatch({ service: 'developer', model, displayName, total, facts: {} });
      call.store.batches.set(batch.id, batch);
      void runBatch(batch, work(batch.id), call.store);
      return jsonAnswer(operationOf(batch));
    },
  },
  {
    method: 'GET',
    path: new RegExp(`${VERSION}/batches$`),
    handle: (call) => {
      const { items, ...next } = pageOf(call, batchesOf(call.store).reverse(), {
        size: 'pageSize',
        usual: 50,
        most: 100,
      });
      return jsonAnswer({ ...(items.length > 0 && { operations: items.map(operationOf) }), ...next });
    },
  },
  {
    method: 'GET',
    path: new RegExp(`${VERSION}/batches/(?<id>[^/:]+)$`),
    handle: ({ store }, { id = '' }) => jsonAnswer(operationOf(known(store, id))),
  },
  {
    method: 'POST',
    path: new RegExp(`${VERSION}/batches/(?<id>[^/:]+):cancel$`),
    handle: ({ store }, { id = '' }) => {
      const batch = known(store, id);
      if (isOver(batch)) throw new GoogleError(400, `Batch ${id} is over already.`);
      cancelBatch(batch);
      return jsonAnswer({});
    },
  },
  {
    method: 'DELETE',
    path: new RegExp(`${VERSION}/batches/(?<id>[^/:]+)$`),
    handle: ({ store }, { id = '' }) => {
      known(store, id).abort.abort();
      store.batches.delete(id);
      return jsonAnswer({});
    },
  },
];

function batchesOf(store: Store): Batch[] {
  return [...store.batches.values()].filter(({ service }) => service === 'developer');
}

function known(store: Store, id: string): Batch {
  const batch = store.batches.get(id);
  if (batch?.service === 'developer') return batch;
  throw new GoogleError(404, `Batch ${id} not found.`);
}

/** A batch as the service describes it: a long-running operation. */
function operationOf(batch: Batch): Record<string, unknown> {
  const { id, model, displayName, state, created, updated, ended, error, output } = batch;
  const metadata = {
    '@type': `${TYPES}.GenerateContentBatch`,
    model: `models/${model}`,
    displayName,
    createTime: created.toISOString(),
    ...(ended && { endTime: ended.toISOString() }),
    updateTime: updated.toISOString(),
    ...(Object.keys(output).length > 0 && { output }),
    batchStats: statsOf(batch),
    state: `BATCH_STATE_${state}`,
    name: `batches/${id}`,
  };
  if (!isOver(batch)) return { name: `batches/${id}`, metadata };
  const result = error
    ? { error }
    : { response: { '@type': `${TYPES}.GenerateContentBatchOutput`, ...output } };
  return { name: `batches/${id}`, metadata, done: true, ...result };
}

/** Numbers as text, and none that are 0, as proto3 JSON has them. */
function statsOf({ total, succeeded, failed }: Batch): Record<string, string> {
  const counts = {
    requestCount: total ?? 0,
    successfulRequestCount: succeeded,
    failedRequestCount: failed,
    pendingRequestCount: total === undefined ? 0 : total - succeeded - failed,
  };
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [[name, String(count)]] : [])),
  );
}
