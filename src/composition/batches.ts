import type { BatchService } from '../backends/batches/batch-service.ts';
import { BATCH_SERVICES } from '../backends/batches/index.ts';
import {
  type Composed,
  type Composition,
  composeBackend,
  headersFrom,
  retryOptions,
} from '../composition.ts';
import { UsageError } from '../errors.ts';
import { composeStorage } from './uploads.ts';

/** The batch engine of the backend, and what to do when the run ends. */
export type ComposedBatches = { readonly batches: BatchService; close(): void };

/**
 * @throws UsageError for a backend that has no batch engine; what composeBackend throws
 */
export async function composeBatches(from: Composition): Promise<ComposedBatches> {
  const composed = await composeBackend(from);
  const closers = [composed.close];
  const close = () => {
    for (const each of closers.splice(0)) each();
  };
  try {
    const batches = engineOf(from, composed, (closer) => closers.push(closer));
    return { batches, close };
  } catch (error) {
    close();
    throw error;
  }
}

function engineOf(
  from: Composition,
  { backend, http, credential, baseUrl, inProcess }: Composed,
  onClose: (close: () => void) => void,
): BatchService {
  const { config } = from;
  const parts = {
    http,
    credential,
    headers: headersFrom(config),
    retry: retryOptions(from),
    now: () => new Date(),
    baseUrl,
    apiVersion: config.text('apiVersion'),
  };
  if (backend.name === 'developer') return BATCH_SERVICES.developer(parts);
  if (backend.name === 'emulator') {
    if (!inProcess || !from.sending) return BATCH_SERVICES.developer(parts);
    throw new UsageError('an emulator that runs in this process ends with it, and its batches too', {
      hint: 'run `gemini emulate` in another terminal, and set GEMINI_EMULATOR_HOST as it says',
    });
  }
  if (backend.name !== 'vertex') {
    throw new UsageError(`the ${backend.name} backend has no batch engine`, {
      hint: 'use -b developer or -b vertex, or run the inputs from here: gemini describe',
    });
  }
  const project = config.text('project');
  if (!project && 'x-goog-api-key' in credential.preview) {
    throw new UsageError('with an API key and no project, Vertex AI has no batch engine', {
      hint: 'give --project ID and log in (gcloud auth application-default login)',
    });
  }
  return BATCH_SERVICES.vertex({
    ...parts,
    project,
    location: config.text('location') ?? 'global',
    storage: async () => {
      const { close, ...storage } = await composeStorage(from);
      onClose(close);
      return storage;
    },
  });
}
