import { type Answer, jsonAnswer } from '../answer.ts';
import { type Batch, isOver, newBatch } from '../batches/batch.ts';
import { cancelBatch, runBatch } from '../batches/run-batch.ts';
import { objectOf, vertexWork } from '../batches/vertex-work.ts';
import type { Call } from '../call.ts';
import { GoogleError } from '../google-error.ts';
import { parseJsonText } from '../json-text.ts';
import type { Store } from '../store/store.ts';
import { pageOf } from './page.ts';
import type { Route } from './route.ts';

const JOBS = '^/v1(?:beta1)?/projects/(?<project>[^/]+)/locations/(?<location>[^/]+)/batchPredictionJobs';

type Place = Readonly<Record<string, string>>;

/** Batch prediction jobs of Vertex AI for Gemini, between objects of Cloud Storage. There is no BigQuery. */
export const BATCH_PREDICTION_JOBS: readonly Route[] = [
  { method: 'POST', path: new RegExp(`${JOBS}$`), handle: create },
  {
    method: 'GET',
    path: new RegExp(`${JOBS}$`),
    handle: (call, place) => {
      const matches = filterOf(call.query.get('filter'));
      const jobs = [...call.store.batches.values()]
        .filter((job) => job.facts.parent === parentOf(place) && matches(job))
        .reverse();
      const { items, ...next } = pageOf(call, jobs, { size: 'pageSize', usual: 100, most: 100 });
      return jsonAnswer({ ...(items.length > 0 && { batchPredictionJobs: items.map(jobOf) }), ...next });
    },
  },
  {
    method: 'GET',
    path: new RegExp(`${JOBS}/(?<id>[^/:]+)$`),
    handle: ({ store }, place) => jsonAnswer(jobOf(known(store, place))),
  },
  {
    method: 'POST',
    path: new RegExp(`${JOBS}/(?<id>[^/:]+):cancel$`),
    handle: ({ store }, place) => {
      const job = known(store, place);
      if (isOver(job)) throw new GoogleError(400, `The job is over: it is ${stateOf(job)}.`);
      cancelBatch(job);
      return jsonAnswer({});
    },
  },
  {
    method: 'DELETE',
    path: new RegExp(`${JOBS}/(?<id>[^/:]+)$`),
    handle: ({ store }, place) => {
      const job = known(store, place);
      if (!isOver(job))
        throw new GoogleError(400, 'A job that is not over cannot be deleted: cancel it first.');
      store.batches.delete(job.id);
      const name = `${parentOf(place)}/operations/${job.id}`;
      const response = { '@type': 'type.googleapis.com/google.protobuf.Empty' };
      return jsonAnswer({ name, done: true, response });
    },
  },
];

type JobBody = {
  displayName?: unknown;
  model?: unknown;
  inputConfig?: { instancesFormat?: unknown; gcsSource?: { uris?: unknown }; bigquerySource?: unknown };
  outputConfig?: {
    predictionsFormat?: unknown;
    gcsDestination?: { outputUriPrefix?: unknown };
    bigqueryDestination?: unknown;
  };
};

async function create(call: Call, place: Place): Promise<Answer> {
  const body = parseJsonText(await call.body()) as JobBody;
  const { displayName, model, inputConfig = {}, outputConfig = {} } = body;
  if (typeof displayName !== 'string' || displayName === '') throw invalid('display_name', 'is required');
  const id = /(?:^|\/)models\/([^/]+)$/.exec(String(model))?.[1];
  if (id === undefined) throw invalid('model', 'is to be publishers/google/models/MODEL');
  if (inputConfig.bigquerySource !== undefined || outputConfig.bigqueryDestination !== undefined) {
    throw new GoogleError(400, 'The emulator has no BigQuery: use gcs_source and gcs_destination.');
  }
  if (inputConfig.instancesFormat !== 'jsonl')
    throw invalid('input_config.instances_format', 'is to be jsonl');
  if (outputConfig.predictionsFormat !== 'jsonl') {
    throw invalid('output_config.predictions_format', 'is to be jsonl');
  }
  const uris = [inputConfig.gcsSource?.uris ?? []].flat().map(String);
  if (uris.length === 0 || uris.some((uri) => !objectOf(uri))) {
    throw invalid('input_config.gcs_source.uris', 'is to hold gs:// addresses');
  }
  const prefix = String(outputConfig.gcsDestination?.outputUriPrefix ?? '').replace(/\/*$/, '/');
  const folder = objectOf(prefix) ?? bucketOf(prefix);
  if (!folder) throw invalid('output_config.gcs_destination.output_uri_prefix', 'is to be a gs:// address');
  const job = newBatch({
    service: 'vertex',
    model: id,
    displayName,
    total: undefined,
    facts: { parent: parentOf(place), model, inputConfig, outputConfig },
  });
  call.store.batches.set(job.id, job);
  void runBatch(job, vertexWork({ store: call.store, uris, folder }), call.store);
  return jsonAnswer(jobOf(job));
}

/** A whole bucket as a folder. */
function bucketOf(prefix: string): { bucket: string; name: string } | undefined {
  const bucket = /^gs:\/\/([^/]+)\/$/.exec(prefix)?.[1];
  return bucket === undefined ? undefined : { bucket, name: '' };
}

function invalid(field: string, problem: string): GoogleError {
  return new GoogleError(400, `batch_prediction_job.${field} ${problem}.`);
}

/** `display_name="x"` and `state="JOB_STATE_RUNNING"`, of all that the service knows. */
function filterOf(filter: string | null): (job: Batch) => boolean {
  if (!filter) return () => true;
  const [, field, value] = /^\s*(display_name|displayName|state)\s*=\s*"([^"]*)"\s*$/.exec(filter) ?? [];
  if (field === undefined) throw new GoogleError(400, `The emulator does not know the filter ${filter}`);
  return (job) => (field === 'state' ? stateOf(job) : job.displayName) === value;
}

function parentOf({ project, location }: Place): string {
  return `projects/${project}/locations/${location}`;
}

function known(store: Store, place: Place): Batch {
  const job = store.batches.get(place.id ?? '');
  if (job?.facts.parent === parentOf(place)) return job;
  throw new GoogleError(
    404,
    `The BatchPredictionJob ${parentOf(place)}/batchPredictionJobs/${place.id} is not found.`,
  );
}

function stateOf({ state }: Batch): string {
  return `JOB_STATE_${state}`;
}

/** A job as the service describes it. */
function jobOf(job: Batch): Record<string, unknown> {
  const { id, displayName, facts, created, started, ended, updated, error, output } = job;
  const { parent, ...input } = facts;
  return {
    name: `${parent}/batchPredictionJobs/${id}`,
    displayName,
    ...input,
    ...(Object.keys(output).length > 0 && { outputInfo: output }),
    state: stateOf(job),
    ...(error && { error }),
    ...(isOver(job) && { completionStats: statsOf(job) }),
    createTime: created.toISOString(),
    ...(started && { startTime: started.toISOString() }),
    ...(ended && { endTime: ended.toISOString() }),
    updateTime: updated.toISOString(),
    modelVersionId: '1',
  };
}

/** Numbers as text, and none that are 0, as proto3 JSON has them. */
function statsOf({ succeeded, failed }: Batch): Record<string, string> {
  return {
    ...(succeeded > 0 && { successfulCount: String(succeeded) }),
    ...(failed > 0 && { failedCount: String(failed) }),
  };
}
