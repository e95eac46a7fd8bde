import { randomBytes, randomUUID } from 'node:crypto';
import type { GenerateContentResponse, Part, UsageMetadata } from '../../wire/generate-content.ts';
import type { Service } from '../messages/field.ts';
import type { ReceivedRequest } from '../received-request.ts';
import type { Store } from '../store/store.ts';
import { countPrompt, countText, type PromptCount, TOKEN_CHARACTERS } from './count-prompt.ts';
import { plannedCalls } from './function-calls.ts';
import { inspectRequest } from './inspect.ts';
import { structuredText } from './json-answer-text.ts';
import { limitText, pieces } from './limit-text.ts';
import { report } from './report.ts';
import { createTranscriber, type Transcriber } from './transcriber.ts';
import { type Transcription, transcriptionOf } from './transcription.ts';

/**
 * The emulator's own answer, chunk by chunk: what was received in plain words, a transcript, JSON for a schema, or
 * function calls.
 * With several candidates their chunks take turns.
 * @throws GoogleError 400 for a schema that nothing fits, 400 or 403 for a file that cannot be used
 */
export async function respond(
  request: ReceivedRequest,
  from: { model: string; service: Service; store: Store; transcriber?: Transcriber },
): Promise<AsyncGenerator<GenerateContentResponse>> {
  const { model, service, store, transcriber = createTranscriber() } = from;
  const inspections = await inspectRequest(request, store);
  const prompt = countPrompt(request, inspections, model);
  const transcription = await transcriptionOf(request, inspections, { model, store, transcriber });
  if (transcription) return chunksOf([transcriptPlan(request, transcription)], prompt, model, service);
  const text = report(request, inspections);
  const calls = plannedCalls(request);
  const config = request.generationConfig ?? {};
  const count = config.candidateCount ?? 1;
  const candidates: Plan[] = [];
  for (let index = 0; index < count; index += 1) {
    const own = count === 1 ? text : `${text} This is candidate ${index + 1} of ${count}.`;
    candidates.push(
      calls.length > 0 ? callPlan(request, calls) : textPlan(request, structuredText(config, own) ?? own),
    );
  }
  return chunksOf(candidates, prompt, model, service);
}

/** What one candidate says, piece by piece, and why it ends. */
type Plan = { steps: Part[]; finishReason: string };

const THOUGHT = 'The emulator does not think; this part stands where the thoughts of a model would.';

function thoughtsOf({ generationConfig }: ReceivedRequest): Part[] {
  return generationConfig?.thinkingConfig?.includeThoughts === true ? [{ text: THOUGHT, thought: true }] : [];
}

/** Thoughts use up the token limit first, as they do in a model. */
function textPlan(request: ReceivedRequest, text: string): Plan {
  const { maxOutputTokens = Number.POSITIVE_INFINITY, stopSequences = [] } = request.generationConfig ?? {};
  const thoughts = thoughtsOf(request);
  const limit = maxOutputTokens - countText(thoughts[0]?.text ?? '');
  const limited = limitText(text, stopSequences, limit);
  const steps = [...thoughts, ...pieces(limited.text).map((piece) => ({ text: piece }))];
  return { steps, finishReason: limited.finishReason };
}

function transcriptPlan(request: ReceivedRequest, transcription: Transcription): Plan {
  const { finishReason } = transcription;
  if ('parts' in transcription) return { steps: transcription.parts, finishReason };
  const plan = textPlan(request, transcription.text);
  return plan.finishReason === 'STOP' ? { ...plan, finishReason } : plan;
}

function callPlan(
  request: ReceivedRequest,
  calls: readonly { name: string; args: Record<string, unknown> }[],
): Plan {
  const steps = calls.map(({ name, args }, index): Part => {
    const functionCall = { id: randomUUID().slice(0, 8), name, args };
    // As models do, only the first of parallel calls is signed.
    return index === 0
      ? { functionCall, thoughtSignature: randomBytes(24).toString('base64') }
      : { functionCall };
  });
  return { steps: [...thoughtsOf(request), ...steps], finishReason: 'STOP' };
}

async function* chunksOf(
  candidates: readonly Plan[],
  prompt: PromptCount,
  model: string,
  service: Service,
): AsyncGenerator<GenerateContentResponse> {
  const common = {
    modelVersion: model,
    responseId: randomBytes(12).toString('base64url'),
    ...(service === 'vertex' ? { createTime: new Date().toISOString() } : {}),
  };
  const counter = outputCounter(candidates.length);
  const last = Math.max(1, ...candidates.map(({ steps }) => steps.length)) - 1;
  for (let step = 0; step <= last; step += 1) {
    for (const [index, { steps, finishReason }] of candidates.entries()) {
      // A candidate with nothing to say still says why it ended.
      if (step >= Math.max(1, steps.length)) continue;
      const part = steps[step];
      if (part !== undefined) counter.add(index, part);
      const candidate = {
        content: { role: 'model', ...(part === undefined ? {} : { parts: [part] }) },
        ...(step >= steps.length - 1 ? { finishReason } : {}),
        // proto3 JSON leaves zeros out; the Developer API is seen to send this one.
        ...(index > 0 || service === 'developer' ? { index } : {}),
      };
      yield { candidates: [candidate], usageMetadata: usageOf(prompt, counter.total(), service), ...common };
    }
  }
}

type Output = { text: number; thoughts: number };

/** Running totals over the candidates, each counted as the text it has said so far. */
function outputCounter(candidates: number) {
  const said = Array.from({ length: candidates }, () => ({ text: 0, thoughts: 0 }));
  return {
    add(index: number, part: Part) {
      const own = said[index];
      if (own === undefined) return;
      if (part.thought === true) own.thoughts += part.text?.length ?? 0;
      else
        own.text += part.text?.length ?? JSON.stringify(part.functionCall ?? part.audioTranscription).length;
    },
    total(): Output {
      const sum = (name: keyof Output) =>
        said.reduce((total, own) => total + Math.ceil(own[name] / TOKEN_CHARACTERS), 0);
      return { text: sum('text'), thoughts: sum('thoughts') };
    },
  };
}

function usageOf(prompt: PromptCount, output: Output, service: Service): UsageMetadata {
  return {
    promptTokenCount: prompt.total,
    ...(output.text > 0 ? { candidatesTokenCount: output.text } : {}),
    totalTokenCount: prompt.total + output.text + output.thoughts,
    ...(output.thoughts > 0 ? { thoughtsTokenCount: output.thoughts } : {}),
    promptTokensDetails: prompt.details,
    ...(service === 'vertex' ? { trafficType: 'ON_DEMAND' } : {}),
  };
}
