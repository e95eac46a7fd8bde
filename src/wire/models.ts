import { isRecord } from './error-body.ts';

/** A model as its service lists it, in one form for all services; what a service does not say is left out. */
export type Model = {
  /** As `--model` takes it. */
  readonly id: string;
  readonly displayName?: string;
  readonly description?: string;
  /** Tokens of a prompt; of prompt and answer together at servers that name one limit only. */
  readonly inputTokenLimit?: number;
  readonly outputTokenLimit?: number;
  /** Methods of the Developer API, such as generateContent. */
  readonly supportedGenerationMethods?: readonly string[];
  /** Kinds of input that a server names: text, image, audio, video. */
  readonly inputModalities?: readonly string[];
  /** Vertex AI's word for how settled it is: GA, PUBLIC_PREVIEW. */
  readonly launchStage?: string;
  /** The entry as it came. */
  readonly resource: Readonly<Record<string, unknown>>;
};

/** An entry of the Developer API's list (`models/ID`); undefined for what is none. */
export function developerModelOf(value: unknown): Model | undefined {
  if (!isRecord(value) || typeof value.name !== 'string') return undefined;
  return {
    id: value.name.replace(/^models\//, ''),
    ...texts(value, ['displayName', 'description']),
    ...counts({ inputTokenLimit: value.inputTokenLimit, outputTokenLimit: value.outputTokenLimit }),
    ...words('supportedGenerationMethods', value.supportedGenerationMethods),
    resource: value,
  };
}

/** An entry of Vertex AI's list (`publishers/P/models/ID`); undefined for what is none. */
export function publisherModelOf(value: unknown): Model | undefined {
  if (!isRecord(value) || typeof value.name !== 'string') return undefined;
  const [, publisher, id = value.name] = /^publishers\/([^/]+)\/models\/(.+)$/.exec(value.name) ?? [];
  return {
    id: publisher === undefined || publisher === 'google' ? id : `${publisher}/${id}`,
    ...texts(value, ['displayName', 'launchStage']),
    resource: value,
  };
}

/**
 * An entry of an OpenAI-style server's list; undefined for what is none. Only the id is common to them: vLLM says
 * max_model_len, llama.cpp meta.n_ctx and meta.n_ctx_train, LM Studio max_context_length, others context_length.
 */
export function listedModelOf(value: unknown): Model | undefined {
  if (!isRecord(value) || typeof value.id !== 'string') return undefined;
  const { meta, architecture, top_provider: provider } = value;
  const [trained, described, offered] = [meta, architecture, provider].map((each) =>
    isRecord(each) ? each : {},
  );
  const window = [
    value.max_model_len,
    value.loaded_context_length,
    value.max_context_length,
    value.context_length,
    value.context_window,
    trained?.n_ctx,
    trained?.n_ctx_train,
  ].find(isCount);
  return {
    id: value.id,
    ...(typeof value.name === 'string' && value.name !== value.id && { displayName: value.name }),
    ...texts(value, ['description']),
    ...counts({ inputTokenLimit: window, outputTokenLimit: offered?.max_completion_tokens }),
    ...words('inputModalities', described?.input_modalities),
    resource: value,
  };
}

/** The entries of one page of a list: below `key`, or the page itself where it is a bare list. */
export function entriesOf(page: unknown, key: string): readonly unknown[] | undefined {
  if (Array.isArray(page)) return page;
  if (!isRecord(page)) return undefined;
  const entries = page[key];
  // A list of nothing is left out of proto3 JSON, and null at Ollama.
  if (entries === undefined || entries === null) return 'error' in page ? undefined : [];
  return Array.isArray(entries) ? entries : undefined;
}

function texts<Name extends 'displayName' | 'description' | 'launchStage'>(
  value: Record<string, unknown>,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found = names.flatMap((name) => {
    const text = value[name];
    return typeof text === 'string' && text !== '' ? [[name, text]] : [];
  });
  return Object.fromEntries(found) as Partial<Record<Name, string>>;
}

function counts<Name extends string>(values: Record<Name, unknown>): Partial<Record<Name, number>> {
  return Object.fromEntries(Object.entries(values).filter(([, count]) => isCount(count))) as Partial<
    Record<Name, number>
  >;
}

function words<Name extends string>(name: Name, value: unknown): Partial<Record<Name, string[]>> {
  if (!Array.isArray(value)) return {};
  return { [name]: value.filter((word) => typeof word === 'string') } as Partial<Record<Name, string[]>>;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
