import type { Connection, Context } from '../context.ts';
import { escapeJson, oneLine } from '../terminal/sanitize.ts';
import { styleFor } from '../terminal/style.ts';
import { renderTable } from '../terminal/table.ts';
import { askedModel } from './asked-model.ts';

export type StatusOptions = { readonly format: 'text' | 'json' };

/**
 * `gemini auth status`: what a request would use, where each setting came from, and every place a credential may come
 * from, with why it won or lost. Nothing is sent.
 * @throws GeminiError: why a request would fail, after all of it was printed
 */
export async function authStatus(context: Context, { format }: StatusOptions): Promise<void> {
  const connection = await context.connection(askedModel(context));
  const text = format === 'json' ? asJson(connection) : await asTables(connection, context);
  await context.io.stdout.write(context.mask(text));
  if (connection.problem) throw connection.problem;
}

function asJson({ facts, candidates, problem }: Connection): string {
  const status = {
    settings: facts.map(({ name, value, from }) => ({ name, value: value ?? null, from: from ?? null })),
    credentials: candidates,
    problem: problem?.message ?? null,
  };
  return `${escapeJson(JSON.stringify(status, undefined, 2))}\n`;
}

async function asTables({ facts, candidates }: Connection, { io }: Context): Promise<string> {
  const style = await styleFor(io.stdout);
  const settings = renderTable(
    [{ title: 'setting' }, { title: 'value' }, { title: 'from' }],
    facts.map(({ name, value, from }) => [name, oneLine(value ?? 'not set'), oneLine(from ?? '')]),
    { style },
  );
  const chosen = candidates.find((candidate) => candidate.chosen)?.source;
  const credentials = renderTable(
    [{ title: 'credential' }, { title: '' }, { title: '' }],
    candidates.map((candidate) => [
      candidate.source,
      candidate.chosen ? CHOSEN[candidate.state] : OTHERS[candidate.state],
      oneLine(candidate.finding) + (isLate(candidate) ? `; ${chosen} comes before it` : ''),
    ]),
    { style },
  );
  return `${[...settings, ...(candidates.length > 0 ? ['', ...credentials] : [])].join('\n')}\n`;
}

type Considered = Connection['candidates'][number];

/** It would have been used. */
function isLate({ chosen, state }: Considered): boolean {
  return !chosen && state === 'usable';
}

const CHOSEN: Record<Considered['state'], string> = {
  usable: '→ used',
  broken: '→ broken',
  unsure: '→ tried',
  ignored: '',
  absent: '',
};

const OTHERS: Record<Considered['state'], string> = {
  usable: 'not used',
  broken: 'broken',
  unsure: 'not tried',
  ignored: 'ignored',
  absent: '-',
};
