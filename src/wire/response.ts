import { CandidateFold } from './candidate-fold.ts';
import { FieldFold, type Fields, isEmpty, isFields } from './fold-fields.ts';
import type { Candidate, GenerateContentResponse } from './generate-content.ts';

/** Gathers the chunks of one answer; linear in their number and size, and never changes a chunk. */
export type ResponseFold = {
  add(chunk: GenerateContentResponse): void;
  /** The answer so far as one response; further chunks may still change the lists in it. */
  response(): GenerateContentResponse;
};

export type ResponseFoldOptions = {
  /** False keeps only the beginning of each run of text: enough to judge the end, and flat memory for any length. */
  readonly keepText?: boolean;
};

/**
 * Folds a stream into the response that the same answer would have been in one piece; a single response folds to
 * itself. Candidates are put together by index; usage: the last of each field; promptFeedback, modelVersion,
 * responseId, createTime: the first that says something; fields unknown to us: the last.
 */
export function createResponseFold({ keepText = true }: ResponseFoldOptions = {}): ResponseFold {
  const fields = new FieldFold();
  const candidates = new Map<number, CandidateFold>();

  return {
    add(chunk) {
      const source: Fields = chunk;
      let place = 0;
      for (const name in source) {
        addField(name, source[name], fields.find(name, place));
        place += 1;
      }
    },
    response() {
      const response = fields.toObject();
      if (!('candidates' in response)) return response;
      const folded = [...candidates].sort(([a], [b]) => a - b).map(([, candidate]) => candidate.candidate());
      return { ...response, candidates: folded };
    },
  };

  function addField(name: string, value: unknown, index: number): void {
    const before = fields.at(index);
    if (name === 'candidates') {
      // Its place among the fields; the list itself is made at the end.
      if (index === -1) fields.set(index, name, []);
      if (Array.isArray(value)) addCandidates(value);
    } else if (name === 'usageMetadata' && isFields(value)) {
      if (before instanceof FieldFold) before.merge(value);
      else fields.set(index, name, new FieldFold().merge(value));
    } else if (isEmpty(before) || !KEEP_FIRST.has(name) || (saysBlocked(value) && !saysBlocked(before))) {
      fields.update(index, name, value);
    }
  }

  function addCandidates(list: readonly unknown[]): void {
    for (let position = 0; position < list.length; position += 1) {
      const candidate = list[position];
      if (!isFields(candidate)) continue;
      const index = indexOf(candidate, position);
      const known = candidates.get(index);
      const fold = known ?? new CandidateFold(keepText);
      if (!known) candidates.set(index, fold);
      fold.add(candidate);
    }
  }
}

const KEEP_FIRST: ReadonlySet<string> = new Set([
  'promptFeedback',
  'modelVersion',
  'responseId',
  'createTime',
]);

/** A prompt feedback of ratings alone gives way to the one that blocks. */
function saysBlocked(value: unknown): boolean {
  return isFields(value) && !isEmpty(value.blockReason);
}

/** The text of candidate `index` in one chunk or response: its answer, without thoughts; '' when there is none. */
export function answerText(response: GenerateContentResponse, index = 0): string {
  return textOf(response, index, false);
}

/** The thoughts of candidate `index` in one chunk or response; '' when there are none. */
export function thoughtText(response: GenerateContentResponse, index = 0): string {
  return textOf(response, index, true);
}

/** Why candidate `index` ended; undefined while it has not. */
export function finishReasonOf(response: GenerateContentResponse, index = 0): string | undefined {
  return findCandidate(response, index)?.finishReason || undefined;
}

/** The candidate of this index; an index that is left out is the position (proto3 JSON omits 0). */
export function findCandidate(response: GenerateContentResponse, index = 0): Candidate | undefined {
  const { candidates } = response;
  if (!Array.isArray(candidates)) return undefined;
  return candidates.find(
    (candidate, position) => isFields(candidate) && indexOf(candidate, position) === index,
  );
}

function textOf(response: GenerateContentResponse, index: number, thought: boolean): string {
  const parts = findCandidate(response, index)?.content?.parts;
  if (!Array.isArray(parts)) return '';
  let text = '';
  for (const part of parts) {
    if (typeof part?.text === 'string' && (part.thought === true) === thought) text += part.text;
  }
  return text;
}

function indexOf(candidate: Candidate, position: number): number {
  return typeof candidate.index === 'number' ? candidate.index : position;
}
