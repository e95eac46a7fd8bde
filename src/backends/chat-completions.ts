import { IncompleteError, UnavailableError, UsageError } from '../errors.ts';
import type { HttpResponse } from '../http/client.ts';
import { createJsonBody, type RequestBody } from '../http/json-body.ts';
import { streamBody } from '../http/stream-body.ts';
import { shownHeaders } from '../http/trace.ts';
import { ChatAnswerReader } from '../wire/chat-completions/answer.ts';
import type { ChatAnswer } from '../wire/chat-completions/chat.ts';
import type { Dialect } from '../wire/chat-completions/dialect.ts';
import { lossLines } from '../wire/chat-completions/losses.ts';
import { toChatRequest } from '../wire/chat-completions/request.ts';
import type { GenerateContentRequest, GenerateContentResponse } from '../wire/generate-content.ts';
import { statusError } from '../wire/status.ts';
import type { Backend, BackendAddress, BackendLimits } from './backend.ts';
import { contentHeaders, type ExchangeParts, exchange } from './exchange.ts';
import { readChunks } from './stream.ts';

/** How this language is spoken, whoever listens. */
export type ChatParts = ExchangeParts & {
  /** Refuse what cannot be said in the server's language, in place of leaving it out with a note. */
  readonly strict: boolean;
  /** `KIND=TYPE`: content part types in place of the dialect's own (dialects.ts). */
  readonly mediaParts: readonly string[];
  /** Gets one line for the person. */
  note(line: string): void;
};

export type ChatCompletionsBackendOptions = ChatParts & {
  readonly name: string;
  readonly dialect: Dialect;
  readonly limits: Omit<BackendLimits, 'uriSchemes' | 'mimeNames' | 'language'>;
  readonly address: BackendAddress;
  url(): Promise<URL>;
  /** The same without any look-up: what is not known yet stands there as a word in capitals. */
  readonly previewUrl: string;
};

/** A backend whose wire is chat completions: Distributed Cloud, and every server in the way of OpenAI's. */
export function createChatCompletionsBackend(options: ChatCompletionsBackendOptions): Backend {
  const { dialect, credential } = options;
  const noted = new Set<string>();

  const bodyOf = (model: string, request: GenerateContentRequest, stream: boolean): RequestBody => {
    const { body, losses } = toChatRequest(model, request, dialect, { stream });
    const lines = lossLines(losses, dialect.name);
    const [first, ...others] = lines;
    if (options.strict && first !== undefined) {
      throw new UsageError(`--strict: ${first}`, {
        details: others,
        hint: 'leave it out, or send the rest without --strict',
      });
    }
    // The rounds of function calls send most of a request again.
    for (const line of lines) {
      if (!noted.has(line)) options.note(`note: ${line}`);
      noted.add(line);
    }
    return createJsonBody(body);
  };

  return {
    name: options.name,
    limits: {
      ...options.limits,
      uriSchemes: [...new Set(Object.values(dialect.media).flatMap(({ schemes }) => schemes))],
      mimeNames: 'developer',
      language: 'chat-completions',
    },
    address: options.address,
    preview: (model, request, { stream }) => {
      const body = bodyOf(model, request, stream);
      return {
        method: 'POST',
        url: options.previewUrl,
        headers: { ...shownHeaders(contentHeaders(options)), ...credential.preview },
        byteLength: body.byteLength,
        writeBody: (write, signal) => streamBody(body, write, signal),
      };
    },
    async *generateContent(model, request, { stream, signal, retries }) {
      const body = bodyOf(model, request, stream);
      yield* exchange(options, { url: options.url, body, signal, retries }, (response, host) =>
        readAnswer(response, { host, now: options.now, hints: options.hints }),
      );
    },
  };
}

type AnswerFrom = Pick<ExchangeParts, 'now' | 'hints'> & { readonly host: string };

/** The answer in the words of generateContent, as it comes. */
async function* readAnswer(
  response: HttpResponse,
  from: AnswerFrom,
): AsyncGenerator<GenerateContentResponse[]> {
  const end = new EndMark();
  const reader = new ChatAnswerReader();
  let answered = false;
  let passedOn = false;
  try {
    const chunks = readChunks<ChatAnswer>({ ...response, body: end.watch(response.body) }, from);
    for await (const arrived of chunks) {
      answered ||= arrived.some(({ choices, usage }) => choices !== undefined || usage !== undefined);
      const error = arrived.find(({ object }) => object === 'error');
      const read = arrived.flatMap((chunk) => (chunk === error ? [] : (reader.add(chunk) ?? [])));
      if (read.length > 0) {
        passedOn = true;
        yield read;
      }
      if (error) throw errorOf(error, response.status, from);
    }
  } catch (error) {
    // The first chunk often says no more than whose turn it is: as long as nothing was said, another try may help.
    if (passedOn || !(error instanceof IncompleteError)) throw error;
    throw new UnavailableError(error.message, { retryable: true, cause: error });
  }
  if (!answered) {
    throw new UnavailableError(`${from.host} sent JSON that is no chat completion`, {
      status: response.status,
      hint: 'check the base URL: most servers want /v1 at its end',
    });
  }
  const last = reader.end(end.seen);
  if (last) yield [last];
}

/** An error in the place of a chunk, as older versions of vLLM have it. */
function errorOf(chunk: ChatAnswer, httpStatus: number, { host, now, hints }: AnswerFrom) {
  return statusError({ httpStatus, headers: {}, body: JSON.stringify(chunk), now: now(), host, hints });
}

/** More than `data: [DONE]` and the line ends after it. */
const TAIL_BYTES = 32;

/** Sees whether a stream ended with `data: [DONE]`, which the reader of chunks passes over. */
class EndMark {
  #tail: Buffer = Buffer.alloc(0);

  get seen(): boolean {
    return /(^|[\r\n])data: ?\[DONE\]\s*$/.test(this.#tail.toString('latin1'));
  }

  async *watch(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const bytes of body) {
      const end = bytes.subarray(-TAIL_BYTES);
      this.#tail = Buffer.concat([this.#tail, end]).subarray(-TAIL_BYTES);
      yield bytes;
    }
  }
}
