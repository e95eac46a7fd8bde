import type { Backend } from './backend.ts';
import { type BackendParts, createDeveloperBackend } from './developer.ts';
import type { DistributedCloudParts } from './distributed-cloud.ts';
import type { OpenAiConnection } from './openai.ts';
import { createVertexBackend, type VertexParts } from './vertex.ts';

/** What every backend is made from; each takes what it needs. */
export type AnyBackendParts = BackendParts & VertexParts & DistributedCloudParts & OpenAiConnection;

/** The backends by name. The other language is loaded when somebody speaks it. */
export const BACKENDS = {
  developer: createDeveloperBackend,
  vertex: createVertexBackend,
  gdc: async (parts) => (await import('./distributed-cloud.ts')).createDistributedCloudBackend(parts),
  openai: async (parts) => (await import('./openai.ts')).connectOpenAiBackend(parts),
  // It reports URIs of every service, so that the documents' samples can be tried without an account.
  emulator: (parts) =>
    createDeveloperBackend({ ...parts, name: 'emulator', uriSchemes: ['https:', 'gs:', 's3:'] }),
} as const satisfies Record<string, (parts: AnyBackendParts) => Backend | Promise<Backend>>;
