import { UnavailableError } from '../errors.ts';
import type { HttpResponse } from '../http/client.ts';
import { isRecord } from '../wire/error-body.ts';
import { isNestedTooDeep } from '../wire/json-depth.ts';
import { developerModelOf, entriesOf, listedModelOf, type Model, publisherModelOf } from '../wire/models.ts';
import { type ExchangeParts, exchange } from './exchange.ts';

/** Bytes of one page of a list; that of a service with hundreds of models has 1 MB. */
const PAGE_BYTES = 16 * 1024 * 1024;
/** A list that goes on longer than this is no list of models. */
const MOST_PAGES = 200;

/** Each kind of list by the word under which its entries stand. */
const LISTS = {
  /** The Developer API. */
  models: { readModel: developerModelOf, query: 'pageSize=1000' },
  /** Vertex AI. */
  publisherModels: { readModel: publisherModelOf, query: 'pageSize=100' },
  /** Servers in the way of OpenAI's, which know no pages. */
  data: { readModel: listedModelOf, query: '' },
} as const;

export type AskedModels = {
  readonly url: URL;
  readonly kind: keyof typeof LISTS;
  readonly signal: AbortSignal;
};

/**
 * The models of a service, page by page.
 * @throws GeminiError: the service's refusal, the network's failure, or an answer that is no list
 */
export async function* listModels(
  parts: ExchangeParts,
  { url, kind, signal }: AskedModels,
): AsyncGenerator<Model> {
  const { readModel, query } = LISTS[kind];
  const page = new URL(url);
  page.search = query;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const list = await getJson(parts, page, signal);
    const entries = entriesOf(list, kind);
    if (entries === undefined) throw noModels(url);
    for (const entry of entries) {
      const model = readModel(entry);
      if (model) yield model;
    }
    const token = isRecord(list) ? list.nextPageToken : undefined;
    if (typeof token !== 'string' || token === '' || token === page.searchParams.get('pageToken')) return;
    page.searchParams.set('pageToken', token);
  }
}

/**
 * One model.
 * @throws GeminiError as listModels does: RefusedError with status 404 for one that is not there
 */
export async function getModel(parts: ExchangeParts, { url, kind, signal }: AskedModels): Promise<Model> {
  const model = LISTS[kind].readModel(await getJson(parts, url, signal));
  if (model) return model;
  throw noModels(url);
}

/** @throws GeminiError as listModels does */
async function getJson(parts: ExchangeParts, url: URL, signal: AbortSignal): Promise<unknown> {
  for await (const json of exchange(parts, { url: async () => url, signal }, readJson)) return json.value;
  throw noModels(url);
}

async function* readJson(response: HttpResponse, host: string): AsyncGenerator<{ value: unknown }> {
  const text = await response.text(PAGE_BYTES);
  if (isNestedTooDeep(text)) throw noModels({ host });
  try {
    yield { value: JSON.parse(text) };
  } catch (error) {
    throw noModels({ host }, error);
  }
}

function noModels({ host }: { host: string }, cause?: unknown): UnavailableError {
  return new UnavailableError(`${host} sent no list of models`, {
    cause,
    hint: 'check the base URL, and whether this network wants a login first',
  });
}
