import { isRecord } from '../wire/error-body.ts';
import { entriesOf } from '../wire/models.ts';
import type { DialectName } from './dialects.ts';
import { joinUrl } from './endpoint.ts';
import type { ExchangeParts } from './exchange.ts';

/** Who owns the models of a list, as each server says of itself (their sources and answers of 2026). */
const OWNERS: Readonly<Record<string, DialectName>> = {
  library: 'ollama',
  vllm: 'vllm',
  llamacpp: 'llama.cpp',
  organization_owner: 'lmstudio',
  openai: 'openai',
  'openai-internal': 'openai',
  system: 'openai',
};

/** Bytes of a list of models, of which the first is looked at. */
const LIST_BYTES = 1024 * 1024;

/** The dialect of the server that a listed model is of; undefined where it does not say. */
export function dialectOfOwner(model: unknown): DialectName | undefined {
  const owner = isRecord(model) ? model.owned_by : undefined;
  return typeof owner === 'string' && Object.hasOwn(OWNERS, owner) ? OWNERS[owner] : undefined;
}

/**
 * Asks a server what it is: by its list of models, and where that does not tell, by the version that Ollama gives.
 * @param signal ends it; a server that does not answer is not recognized
 * @returns undefined for one that is none of the known, or does not answer
 */
export async function recognizeServer(
  parts: Pick<ExchangeParts, 'http' | 'credential' | 'headers'>,
  base: URL,
  signal: AbortSignal,
): Promise<DialectName | undefined> {
  try {
    const own = await parts.credential.headers({ fresh: false, signal });
    const list = await getJson(parts, joinUrl(base, 'models'), { ...parts.headers, ...own }, signal);
    if (list.server.startsWith('llama.cpp')) return 'llama.cpp';
    const found = dialectOfOwner(entriesOf(list.value, 'data')?.[0]);
    if (found) return found;
    const version = await getJson(parts, new URL('/api/version', base), parts.headers, signal);
    return isRecord(version.value) && typeof version.value.version === 'string' ? 'ollama' : undefined;
  } catch {
    // The request itself says what is wrong with the way to the server.
    return undefined;
  }
}

async function getJson(
  { http }: Pick<ExchangeParts, 'http'>,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ value: unknown; server: string }> {
  const response = await http.send({ method: 'GET', url, headers, signal });
  const server = response.headers.server ?? '';
  const text = await response.text(LIST_BYTES);
  if (response.status !== 200) return { value: undefined, server };
  try {
    return { value: JSON.parse(text), server };
  } catch {
    return { value: undefined, server };
  }
}
