import type { Backend } from '../backends/backend.ts';
import type { Context } from '../context.ts';
import { GeminiError, RefusedError, UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { escapeJson, oneLine } from '../terminal/sanitize.ts';
import { styleFor } from '../terminal/style.ts';
import { renderTable, type TableColumn } from '../terminal/table.ts';
import type { Model } from '../wire/models.ts';
import { factRows, type ModelFacts, modelFacts } from './model-facts.ts';

export type ModelsOptions = { readonly format: 'text' | 'json' };

/** `gemini models list`: one line a model, as a table on a terminal and with tabs in a pipe. */
export async function listModels(context: Context, { format }: ModelsOptions): Promise<void> {
  const { io, signal } = context;
  const backend = await listingBackend(context);
  const models: Model[] = [];
  for await (const model of backend.listModels({ signal })) models.push(model);
  if (models.length === 0) context.note('no models');
  if (format === 'json') {
    const list = models.map((model) => asJson(model, modelFacts(backend.name, model.id)));
    return io.stdout.write(`${escapeJson(JSON.stringify(list, undefined, 2))}\n`);
  }
  const count = (tokens: number | undefined) =>
    tokens === undefined ? '' : io.stdout.isTTY ? tokens.toLocaleString('en') : String(tokens);
  const rows = models.map((model) => {
    const { contextTokens, family } = modelFacts(backend.name, model.id);
    return [
      oneLine(model.id),
      count(model.inputTokenLimit ?? contextTokens),
      count(model.outputTokenLimit ?? family?.ranges.maxOutputTokens?.max),
      oneLine(model.displayName ?? ''),
    ];
  });
  const lines = io.stdout.isTTY
    ? renderTable(COLUMNS, rows, { width: io.stdout.columns(), style: await styleFor(io.stdout) })
    : rows.map((row) => row.join('\t'));
  for (const line of rows.length > 0 ? lines : []) await io.stdout.write(`${line}\n`);
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'model' },
  { title: 'tokens in', align: 'right' },
  { title: 'out', align: 'right' },
  { title: 'name', flexible: true },
];

/**
 * `gemini models show ID`: what the service says of a model, and what its documents say.
 * @throws RefusedError for a model that is not there, with the names that are near
 */
export async function showModel(context: Context, id: string, { format }: ModelsOptions): Promise<void> {
  const { io } = context;
  const backend = await listingBackend(context);
  const model = await findModel(backend, id, context.signal);
  const facts = modelFacts(backend.name, model.id);
  if (format === 'json') {
    return io.stdout.write(`${escapeJson(JSON.stringify(asJson(model, facts), undefined, 2))}\n`);
  }
  const said = [
    ['model', model.id],
    ['name', model.displayName],
    ['about', model.description],
    ['tokens in', model.inputTokenLimit?.toLocaleString('en')],
    ['tokens out', model.outputTokenLimit?.toLocaleString('en')],
    ['takes', model.inputModalities?.join(', ')],
    ['methods', model.supportedGenerationMethods?.join(', ')],
    ['stage', model.launchStage],
  ].flatMap(([name = '', value]) => (value === undefined ? [] : [[name, oneLine(value)]]));
  const documented = factRows(facts);
  const style = await styleFor(io.stdout);
  const width = Math.max(...[...said, ...documented].map(([name = '']) => name.length));
  const line = ([name = '', value = '']: string[]) => `${style.dim(name.padEnd(width))}  ${value}\n`;
  await io.stdout.write(said.map(line).join(''));
  if (documented.length === 0) return;
  await io.stdout.write(`\n${style.dim('as documented:')}\n${documented.map(line).join('')}`);
}

type ListingBackend = Backend & Required<Pick<Backend, 'listModels'>>;

/** @throws UsageError for a backend that has no list */
async function listingBackend(context: Context): Promise<ListingBackend> {
  const backend = await context.backend({ stream: false, sending: true });
  const { listModels: list } = backend;
  if (list) return { ...backend, listModels: list };
  throw new UsageError(`the ${backend.name} backend has no list of models`, {
    hint: 'its administrator knows their names; name one with --model',
  });
}

async function findModel(backend: ListingBackend, id: string, signal: AbortSignal): Promise<Model> {
  let refusal: GeminiError | undefined;
  try {
    if (backend.getModel) return await backend.getModel(id, { signal });
  } catch (error) {
    if (!(error instanceof GeminiError) || error.status !== 404) throw error;
    refusal = error;
  }
  const ids: string[] = [];
  for await (const model of backend.listModels({ signal })) {
    if (model.id === id) return model;
    ids.push(model.id);
  }
  throw new RefusedError(`${backend.name} has no model "${id}"`, {
    ...(refusal && { cause: refusal, status: 404 }),
    hint: nearNames(id, ids) ?? '`gemini models` lists the models',
  });
}

/** At most so many are suggested. */
const MOST_NAMES = 5;

function nearNames(id: string, ids: readonly string[]): string | undefined {
  const word = id.toLowerCase();
  const near = nearest(id, ids);
  const containing = ids.filter((name) => name !== near && name.toLowerCase().includes(word));
  const names = [...(near === undefined ? [] : [near]), ...containing].slice(0, MOST_NAMES);
  return names.length > 0 ? `did you mean ${names.map((name) => oneLine(name)).join(' or ')}?` : undefined;
}

function asJson({ resource, ...model }: Model, documented: ModelFacts) {
  return { ...model, documented, resource };
}
