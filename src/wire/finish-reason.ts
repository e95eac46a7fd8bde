import { BlockedError, type GeminiError, IncompleteError } from '../errors.ts';
import { oneLine } from './error-body.ts';
import { isEmpty, isFields } from './fold-fields.ts';
import type { Candidate, GenerateContentResponse, SafetyRating } from './generate-content.ts';
import { findCandidate } from './response.ts';

/** What an ending means for the run: done; a policy stopped it (exit 5); there should be more (exit 8). */
export type EndingKind = 'ok' | 'blocked' | 'incomplete';

export type Ending = {
  readonly kind: EndingKind;
  /** For people; follows "the answer " or "the prompt ". */
  readonly says: string;
  /** The same request may well end better the second time. */
  readonly retryable?: boolean;
};

/**
 * Candidate.finishReason of Vertex AI (v1) and the Developer API (v1beta). OTHER is taken as blocked: the service
 * stopped of its own accord, its causes are filters without a name of their own, and asking again seldom helps.
 */
export const FINISH_REASONS: Readonly<Record<string, Ending>> = {
  STOP: { kind: 'ok', says: 'is complete' },
  MAX_TOKENS: { kind: 'incomplete', says: 'was cut at the token limit' },
  SAFETY: { kind: 'blocked', says: 'was stopped by the safety filters' },
  RECITATION: { kind: 'blocked', says: 'was stopped because it recited a source' },
  LANGUAGE: { kind: 'blocked', says: 'was stopped: the language is not supported' },
  OTHER: { kind: 'blocked', says: 'was stopped for a reason that the service does not name' },
  BLOCKLIST: { kind: 'blocked', says: 'was stopped by a forbidden term' },
  PROHIBITED_CONTENT: { kind: 'blocked', says: 'was stopped as prohibited content' },
  SPII: { kind: 'blocked', says: 'was stopped because it held sensitive personal data' },
  MODEL_ARMOR: { kind: 'blocked', says: 'was stopped by Model Armor' },
  IMAGE_SAFETY: { kind: 'blocked', says: 'was stopped: the safety filters refused its image' },
  IMAGE_PROHIBITED_CONTENT: { kind: 'blocked', says: 'was stopped: its image is prohibited content' },
  IMAGE_RECITATION: { kind: 'blocked', says: 'was stopped: its image recited a source' },
  IMAGE_OTHER: { kind: 'blocked', says: 'was stopped: its image was refused without a named reason' },
  NO_IMAGE: { kind: 'incomplete', says: 'should have held an image and holds none' },
  MALFORMED_FUNCTION_CALL: {
    kind: 'incomplete',
    says: 'ended in a malformed function call',
    retryable: true,
  },
  UNEXPECTED_TOOL_CALL: {
    kind: 'incomplete',
    says: 'ended in a call of a tool that was not offered',
    retryable: true,
  },
  TOO_MANY_TOOL_CALLS: { kind: 'incomplete', says: 'ended after too many tool calls', retryable: true },
  CONTINUATION: { kind: 'incomplete', says: 'was cut by the service, to go on in a further request' },
};

/** PromptFeedback.blockReason: the prompt was refused and there is no candidate. */
export const BLOCK_REASONS: Readonly<Record<string, Ending>> = {
  SAFETY: { kind: 'blocked', says: 'was stopped by the safety filters' },
  OTHER: { kind: 'blocked', says: 'was stopped for a reason that the service does not name' },
  BLOCKLIST: { kind: 'blocked', says: 'was stopped by a forbidden term' },
  PROHIBITED_CONTENT: { kind: 'blocked', says: 'was stopped as prohibited content' },
  IMAGE_SAFETY: { kind: 'blocked', says: 'was stopped: the safety filters refused an image' },
  MODEL_ARMOR: { kind: 'blocked', says: 'was stopped by Model Armor' },
  JAILBREAK: { kind: 'blocked', says: 'was stopped as an attempt to get round the rules' },
};

/**
 * Judges a folded response by its first candidate.
 * @returns undefined when the answer is complete; BlockedError with the reason and the categories rated as harmful;
 * IncompleteError when it was cut, is empty, or ended for a reason unknown to us, which is shown as it is
 */
export function endingError(response: GenerateContentResponse): GeminiError | undefined {
  const { promptFeedback } = response;
  if (promptFeedback?.blockReason) {
    const { blockReason, blockReasonMessage, safetyRatings } = promptFeedback;
    return stopped(
      'prompt',
      blockReason,
      lookUp(BLOCK_REASONS, blockReason),
      blockReasonMessage,
      safetyRatings,
    );
  }
  const candidate = findCandidate(response) ?? response.candidates?.[0] ?? {};
  const { finishReason, finishMessage, safetyRatings } = candidate;
  const something = holdsSomething(candidate);
  if (!finishReason || finishReason === 'FINISH_REASON_UNSPECIFIED') {
    return something ? new IncompleteError('the answer ended without a finish reason') : noAnswer(response);
  }
  const ending = lookUp(FINISH_REASONS, finishReason);
  if (ending?.kind === 'ok') return something ? undefined : noAnswer(response);
  if (finishReason === 'MAX_TOKENS') return cut(something);
  return stopped('answer', finishReason, ending, finishMessage, safetyRatings);
}

function lookUp(table: Readonly<Record<string, Ending>>, reason: unknown): Ending | undefined {
  return typeof reason === 'string' && Object.hasOwn(table, reason) ? table[reason] : undefined;
}

/** Anything but thoughts and empty text; a function call or an image counts. */
function holdsSomething({ content }: Candidate): boolean {
  const parts: readonly unknown[] = Array.isArray(content?.parts) ? content.parts : [];
  return parts.some((part) => {
    if (!isFields(part) || part.thought === true) return false;
    return Object.keys(part).some((name) => !MODIFIERS.has(name) && saysSomething(name, part[name]));
  });
}

/** Text that is no text, and media without bytes, are nothing that anybody could be shown. */
function saysSomething(name: string, value: unknown): boolean {
  if (name === 'text') return typeof value === 'string' && value !== '';
  if (name === 'inlineData') return isFields(value) && typeof value.data === 'string' && value.data !== '';
  return !isEmpty(value);
}

const MODIFIERS: ReadonlySet<string> = new Set(['thought', 'thoughtSignature']);

function noAnswer({ usageMetadata, candidates }: GenerateContentResponse): IncompleteError {
  const { promptTokenCount = 0, thoughtsTokenCount = 0, candidatesTokenCount = 0 } = usageMetadata ?? {};
  const usage = `tokens: ${promptTokenCount} prompt, ${thoughtsTokenCount} thinking, ${candidatesTokenCount} answer`;
  const code = candidates?.[0]?.finishReason;
  return new IncompleteError('the reply held no answer', {
    ...(code ? { code } : {}),
    ...(usageMetadata ? { details: [usage] } : {}),
  });
}

function cut(something: boolean): IncompleteError {
  return something
    ? new IncompleteError('the answer was cut at the token limit', {
        code: 'MAX_TOKENS',
        hint: 'raise --max-output-tokens',
      })
    : new IncompleteError('the token limit was used up by thinking: there is no answer', {
        code: 'MAX_TOKENS',
        hint: 'raise --max-output-tokens, or lower --thinking',
      });
}

function stopped(
  what: 'prompt' | 'answer',
  reason: unknown,
  ending: Ending | undefined,
  message: unknown,
  ratings: readonly SafetyRating[] | undefined,
): GeminiError {
  const name = word(reason);
  const says = ending?.says ?? 'ended for a reason unknown to this version';
  const Kind = ending?.kind === 'blocked' || (!ending && what === 'prompt') ? BlockedError : IncompleteError;
  const rated = ratedCategories(ratings);
  return new Kind(`the ${what} ${says} (${name})${rated === '' ? '' : `: rated ${rated}`}`, {
    code: name,
    ...(typeof message === 'string' && message !== '' ? { details: [oneLine(message)] } : {}),
    ...(ending?.retryable ? { retryable: true, maxAttempts: 2 } : {}),
  });
}

/** The categories that were blocked or rated MEDIUM or HIGH: "dangerous content HIGH, harassment MEDIUM". */
function ratedCategories(ratings: unknown): string {
  const list: readonly unknown[] = Array.isArray(ratings) ? ratings : [];
  return list
    .filter(isFields)
    .filter(
      ({ blocked, probability }) => blocked === true || probability === 'MEDIUM' || probability === 'HIGH',
    )
    .map(({ category, probability }) => {
      const name = word(category).replace('HARM_CATEGORY_', '').replaceAll('_', ' ').toLowerCase();
      return isEmpty(probability) ? name : `${name} ${word(probability)}`;
    })
    .join(', ');
}

/** A server's value for a message, also when it is not the word that it should be. */
function word(value: unknown): string {
  return oneLine(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), 80);
}
