import type { BatchService } from './batch-service.ts';
import { createDeveloperBatches } from './developer-batches.ts';
import { createVertexBatches } from './vertex-batches.ts';

/** The batch engines, by backend; the others have none. The emulator speaks as the Developer API does. */
export const BATCH_SERVICES = {
  developer: createDeveloperBatches,
  vertex: createVertexBatches,
} as const satisfies Record<BatchService['name'], (parts: never) => BatchService>;
