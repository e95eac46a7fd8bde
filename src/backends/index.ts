import type { Backend } from './backend.ts';
import { type BackendParts, createDeveloperBackend } from './developer.ts';
import { createVertexBackend, type VertexParts } from './vertex.ts';

/** What every backend is made from; each takes what it needs. */
export type AnyBackendParts = BackendParts & VertexParts;

/** The backends by name. */
export const BACKENDS = {
  developer: createDeveloperBackend,
  vertex: createVertexBackend,
  emulator: (parts) => createDeveloperBackend({ ...parts, name: 'emulator' }),
} as const satisfies Record<string, (parts: AnyBackendParts) => Backend>;
