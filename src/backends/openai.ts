import { UsageError } from '../errors.ts';
import type { Backend } from './backend.ts';
import { type ChatParts, createChatCompletionsBackend } from './chat-completions.ts';
import { DIALECTS, type DialectName, dialectByAddress, withMediaParts } from './dialects.ts';
import { joinUrl, parseBaseUrl } from './endpoint.ts';

export type OpenAiParts = ChatParts & {
  readonly baseUrl: { value: string; from: string } | undefined;
  /** By the address, when none was named. */
  readonly dialect: DialectName | undefined;
};

/** Every server in the way of OpenAI's: Ollama, vLLM, llama.cpp, LM Studio, OpenAI itself. */
export function createOpenAiBackend(parts: OpenAiParts): Backend {
  const { baseUrl, credential } = parts;
  const base = baseUrl && parseBaseUrl(baseUrl.value, baseUrl.from);
  const dialect = DIALECTS[parts.dialect ?? (base ? dialectByAddress(base) : 'openai')];
  return createChatCompletionsBackend({
    ...parts,
    name: 'openai',
    dialect: withMediaParts(dialect, parts.mediaParts),
    // What OpenAI takes in one request; servers of one's own set no limit, or refuse what is over theirs (413).
    limits: { requestBytes: 512_000_000 },
    address: { apiVersion: 'v1', baseUrl: baseUrl?.value, apiKeyVariable: credential.variable },
    url: async () => {
      if (base) return joinUrl(base, 'chat/completions');
      throw new UsageError('-b openai: no server is named', { hint: COMMON_SERVERS });
    },
    previewUrl: base ? joinUrl(base, 'chat/completions').href : 'BASE_URL/chat/completions',
  });
}

const COMMON_SERVERS =
  'set OPENAI_BASE_URL or give --base-url: http://localhost:11434/v1 (Ollama), :1234/v1 (LM Studio), ' +
  ':8080/v1 (llama.cpp), :8000/v1 (vLLM), https://api.openai.com/v1';
