import { UsageError } from '../errors.ts';
import type { StatusHints } from '../wire/status.ts';
import type { Backend } from './backend.ts';
import { type ChatParts, createChatCompletionsBackend } from './chat-completions.ts';
import { DIALECTS, type DialectName, dialectByAddress, withMediaParts } from './dialects.ts';
import { isLoopback, joinUrl, parseBaseUrl } from './endpoint.ts';

export type OpenAiParts = ChatParts & {
  readonly baseUrl: { value: string; from: string } | undefined;
  /** By the address, when none was named. */
  readonly dialect: DialectName | undefined;
};

export type OpenAiConnection = Omit<OpenAiParts, 'dialect'> & {
  /** `auto`: as the server itself says, when it is asked. */
  readonly dialect: DialectName | 'auto' | undefined;
  /** False for a dry run, and where an emulator takes the requests: then the address decides. */
  readonly mayAsk: boolean;
};

/** How long a server may take to say what it is: one of this machine, and one elsewhere. */
const NEAR_MS = 1000;
const FAR_MS = 5000;

/** The backend, of which the server is asked what it is where --dialect says so. */
export async function connectOpenAiBackend({ dialect, ...parts }: OpenAiConnection): Promise<Backend> {
  if (dialect !== 'auto') return createOpenAiBackend({ ...parts, dialect });
  const base = parts.mayAsk && parts.baseUrl && parseBaseUrl(parts.baseUrl.value, parts.baseUrl.from);
  if (!base) return createOpenAiBackend({ ...parts, dialect: undefined });
  const { recognizeServer } = await import('./recognize-server.ts');
  const patience = AbortSignal.timeout(isLoopback(base.hostname) ? NEAR_MS : FAR_MS);
  return createOpenAiBackend({ ...parts, dialect: await recognizeServer(parts, base, patience) });
}

/** Every server in the way of OpenAI's: Ollama, vLLM, llama.cpp, LM Studio, OpenAI itself. */
export function createOpenAiBackend(parts: OpenAiParts): Backend {
  const { baseUrl, credential } = parts;
  const base = baseUrl && parseBaseUrl(baseUrl.value, baseUrl.from);
  const spoken = parts.dialect ?? (base ? dialectByAddress(base) : 'openai');
  const address = (path: string): URL => {
    if (base) return joinUrl(base, path);
    throw new UsageError('-b openai: no server is named', { hint: COMMON_SERVERS });
  };
  const backend = createChatCompletionsBackend({
    ...parts,
    name: 'openai',
    hints: HINTS,
    dialect: withMediaParts(DIALECTS[spoken], parts.mediaParts),
    // What OpenAI takes in one request; servers of one's own set no limit, or refuse what is over theirs (413).
    limits: { requestBytes: 512_000_000 },
    address: { apiVersion: 'v1', baseUrl: baseUrl?.value, apiKeyVariable: credential.variable },
    url: async () => address('chat/completions'),
    previewUrl: base ? joinUrl(base, 'chat/completions').href : 'BASE_URL/chat/completions',
  });
  return {
    ...backend,
    async *listModels({ signal }) {
      const { listModels } = await import('./model-list.ts');
      const { dialectOfOwner } = await import('./recognize-server.ts');
      let told = false;
      for await (const model of listModels(
        { ...parts, hints: HINTS },
        { url: address('models'), kind: 'data', signal },
      )) {
        const found = dialectOfOwner(model.resource);
        if (!told && found && found !== spoken) parts.note(`note: ${otherDialect(found, spoken)}`);
        told = true;
        yield model;
      }
    },
  };
}

/** What to tell a person whose server is another than it was taken for. */
export function otherDialect(found: DialectName, spoken: DialectName): string {
  return `the server is ${NAMES[found]} and is spoken to as ${NAMES[spoken]}: give --dialect ${found}, or auto`;
}

const NAMES: Readonly<Record<DialectName, string>> = {
  openai: "one like OpenAI's",
  ollama: DIALECTS.ollama.name,
  vllm: DIALECTS.vllm.name,
  'llama.cpp': DIALECTS['llama.cpp'].name,
  lmstudio: DIALECTS.lmstudio.name,
};

const HINTS: StatusHints = {
  401: 'set OPENAI_API_KEY or give --api-key-file FILE; `gemini auth status` shows what was used',
  403: 'may this key use the model? `gemini auth status` shows which credential was used',
  404: 'check the base URL, which mostly ends in /v1; `gemini models` lists the models',
  413: 'send fewer or smaller media, or raise the limit of the server',
};

const COMMON_SERVERS =
  'set OPENAI_BASE_URL or give --base-url: http://localhost:11434/v1 (Ollama), :1234/v1 (LM Studio), ' +
  ':8080/v1 (llama.cpp), :8000/v1 (vLLM), https://api.openai.com/v1';
