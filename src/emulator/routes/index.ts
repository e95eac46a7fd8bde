import type { Answer } from '../answer.ts';
import type { Call } from '../call.ts';
import { GoogleError } from '../google-error.ts';
import { BATCH_PREDICTION_JOBS } from './batch-prediction-jobs.ts';
import { BATCHES } from './batches.ts';
import { CHAT_COMPLETIONS } from './chat-completions.ts';
import { COUNT_TOKENS } from './count-tokens.ts';
import { FILE_UPLOAD_ROUTES } from './file-upload.ts';
import { FILES_ROUTES } from './files.ts';
import { GENERATE_CONTENT } from './generate-content.ts';
import { MODELS } from './models.ts';
import type { Route } from './route.ts';
import { STORAGE_ROUTES } from './storage.ts';
import { STORAGE_UPLOAD_ROUTES } from './storage-upload.ts';

/** Every endpoint of the emulator. */
const ROUTES: readonly Route[] = [
  ...GENERATE_CONTENT,
  ...COUNT_TOKENS,
  ...CHAT_COMPLETIONS,
  ...MODELS,
  ...FILES_ROUTES,
  ...FILE_UPLOAD_ROUTES,
  ...STORAGE_ROUTES,
  ...STORAGE_UPLOAD_ROUTES,
  ...BATCHES,
  ...BATCH_PREDICTION_JOBS,
];

/**
 * Finds who answers a call.
 * @throws GoogleError 404 when there is no such endpoint
 */
export function routeOf({ method, path }: Call): (call: Call) => Promise<Answer> {
  for (const route of ROUTES) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match === null) continue;
    const parameters = decoded(match.groups ?? {});
    return async (call) => await route.handle(call, parameters);
  }
  throw new GoogleError(404, `Method not found: the emulator has no ${method} ${path}`);
}

function decoded(groups: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value ?? '')]),
    );
  } catch {
    throw new GoogleError(400, 'The path is not properly percent-encoded.');
  }
}
