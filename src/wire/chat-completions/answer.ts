import { isFields } from '../fold-fields.ts';
import type { Candidate, GenerateContentResponse, Part, UsageMetadata } from '../generate-content.ts';
import { CallAssembly } from './call-assembly.ts';
import type { ChatAnswer } from './chat.ts';

/**
 * Reads one answer, whole or chunk by chunk, in the words of generateContent. Empty fields say nothing (the service of
 * Distributed Cloud sends `id: ''` and `finish_reason: ''`, and counts of zero). Calls of functions come in pieces, and
 * are handed on when all of them are there.
 */
export class ChatAnswerReader {
  readonly #choices = new Map<number, ChoiceReader>();

  /** @returns undefined for a chunk that says nothing */
  add({ choices, usage, id, model }: ChatAnswer): GenerateContentResponse | undefined {
    const list: unknown[] = Array.isArray(choices) ? choices : [];
    const candidates = list.flatMap((choice, position) => {
      if (!isFields(choice)) return [];
      const index = typeof choice.index === 'number' ? choice.index : position;
      const candidate = this.#choice(index).add(choice);
      return candidate ? [withIndex(candidate, index)] : [];
    });
    const usageMetadata = usageOf(usage);
    if (candidates.length === 0 && !usageMetadata) return undefined;
    return {
      ...(candidates.length > 0 ? { candidates } : {}),
      ...(usageMetadata ? { usageMetadata } : {}),
      ...(typeof model === 'string' && model !== '' ? { modelVersion: model } : {}),
      ...(typeof id === 'string' && id !== '' ? { responseId: id } : {}),
    };
  }

  /**
   * Ends the answer.
   * @param complete the stream said that it was at its end (`[DONE]`): then a choice that gave no reason ended well
   */
  end(complete: boolean): GenerateContentResponse | undefined {
    if (!complete) return undefined;
    const candidates = [...this.#choices].flatMap(([index, choice]) => {
      const candidate = choice.end();
      return candidate ? [withIndex(candidate, index)] : [];
    });
    return candidates.length > 0 ? { candidates } : undefined;
  }

  #choice(index: number): ChoiceReader {
    const known = this.#choices.get(index) ?? new ChoiceReader();
    this.#choices.set(index, known);
    return known;
  }
}

/** An index of 0 is left out, as proto3 JSON has it. */
function withIndex(candidate: Candidate, index: number): Candidate {
  return index === 0 ? candidate : { ...candidate, index };
}

class ChoiceReader {
  readonly #calls = new CallAssembly();
  #refusal = '';
  #finished = false;

  add(choice: Record<string, unknown>): Candidate | undefined {
    const whole = isFields(choice.message);
    const message = isFields(choice.message) ? choice.message : isFields(choice.delta) ? choice.delta : {};
    const parts = [...thoughtParts(message), ...contentParts(message.content)];
    if (typeof message.refusal === 'string') this.#refusal += message.refusal;
    this.#calls.add(message, whole);
    const reason = choice.finish_reason;
    // A whole answer is at its end, also when it does not say why.
    const finish = typeof reason === 'string' && reason !== '' ? reason : whole ? 'stop' : undefined;
    if (finish !== undefined && !this.#finished) return this.#finish(finish, parts);
    return parts.length > 0 ? { content: { role: 'model', parts } } : undefined;
  }

  end(): Candidate | undefined {
    return this.#finished ? undefined : this.#finish('stop', []);
  }

  #finish(reason: string, parts: readonly Part[]): Candidate {
    this.#finished = true;
    const { calls, malformed } = this.#calls.end();
    const all = [...parts, ...calls.map((functionCall): Part => ({ functionCall }))];
    const content = all.length > 0 ? { content: { role: 'model', parts: all } } : {};
    if (malformed !== undefined) {
      return { ...content, finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: malformed };
    }
    if (this.#refusal !== '') return { ...content, finishReason: 'SAFETY', finishMessage: this.#refusal };
    return { ...content, finishReason: FINISH_REASONS.get(reason) ?? reason };
  }
}

/** Reasons of the language and of servers that have their own; an unknown one is shown as it is. */
const FINISH_REASONS: ReadonlyMap<string, string> = new Map([
  ['stop', 'STOP'],
  ['tool_calls', 'STOP'],
  ['function_call', 'STOP'],
  ['length', 'MAX_TOKENS'],
  ['content_filter', 'SAFETY'],
  // Text Generation Inference and Mistral.
  ['eos_token', 'STOP'],
  ['stop_sequence', 'STOP'],
  ['model_length', 'MAX_TOKENS'],
]);

/** Where servers put the thinking; of several fields that say the same, the first counts. */
const THOUGHT_FIELDS = ['reasoning_content', 'reasoning', 'thinking'];

function thoughtParts(message: Record<string, unknown>): Part[] {
  for (const field of THOUGHT_FIELDS) {
    const text = textOf(message[field]);
    if (text !== '') return [{ text, thought: true }];
  }
  return [];
}

/** Text, or a list of parts of which some may be thoughts (Mistral); an answer that is an image comes as a data URL. */
function contentParts(content: unknown): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown): Part[] => {
    if (!isFields(part)) return contentParts(part);
    const thought = part.type === 'thinking' || part.type === 'reasoning';
    const text = thought ? textOf(part.thinking ?? part.reasoning ?? part.text) : textOf(part.text);
    if (text !== '') return [thought ? { text, thought } : { text }];
    const url = isFields(part.image_url) ? part.image_url.url : part.image_url;
    const [, mimeType, data] = /^data:([^;,]+);base64,(.+)$/s.exec(typeof url === 'string' ? url : '') ?? [];
    return mimeType !== undefined && data !== undefined ? [{ inlineData: { mimeType, data } }] : [];
  });
}

/** Text as it is, as `{text}` or `{content}`, or as a list of these. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join('');
  return isFields(value) ? textOf(value.text ?? value.content) : '';
}

/** Counts of zero say nothing, and are left out as proto3 JSON does. */
function usageOf(usage: unknown): UsageMetadata | undefined {
  if (!isFields(usage)) return undefined;
  const completion = count(usage.completion_tokens);
  const thoughts = count(detail(usage.completion_tokens_details, 'reasoning_tokens'));
  const counts: UsageMetadata = {
    promptTokenCount: count(usage.prompt_tokens),
    // Here the answer's tokens include those of the thinking; some servers count them beside each other.
    candidatesTokenCount: completion >= thoughts ? completion - thoughts : completion,
    totalTokenCount: count(usage.total_tokens),
    thoughtsTokenCount: thoughts,
    cachedContentTokenCount: count(detail(usage.prompt_tokens_details, 'cached_tokens')),
  };
  const said = Object.entries(counts).filter(([, value]) => value !== 0);
  return said.length > 0 ? Object.fromEntries(said) : undefined;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function detail(details: unknown, name: string): unknown {
  return isFields(details) ? details[name] : undefined;
}
