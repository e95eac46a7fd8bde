import type { ModalityTokenCount } from '../../wire/generate-content.ts';
import type { ReceivedPart, ReceivedRequest } from '../received-request.ts';
import type { Modality } from './content-format.ts';
import { type Inspection, type Inspections, modalityOf, partsOf } from './inspect.ts';
import { type Resolution, type TokenRules, tokenRulesOf } from './token-rules.ts';

export type PromptCount = { total: number; details: ModalityTokenCount[] };

/** Characters of one token, as the documents estimate. */
export const TOKEN_CHARACTERS = 4;

/** A text's tokens, rounded up. */
export function countText(text: string): number {
  return Math.ceil(text.length / TOKEN_CHARACTERS);
}

/**
 * A prompt's tokens by the documented rules of the model's family: its turns, system instruction and function
 * declarations. Media by URI are not fetched: they count as the least that they can be (one image, one page, no time).
 */
export function countPrompt(request: ReceivedRequest, inspections: Inspections, model: string): PromptCount {
  const rules = tokenRulesOf(model);
  const counts = new Map<Modality, number>();
  const add = (modality: Modality, tokens: number) =>
    counts.set(modality, (counts.get(modality) ?? 0) + tokens);
  for (const part of partsOf(request)) {
    const resolution = resolutionOf(part, request);
    const inspection = inspections.get(part);
    if (inspection !== undefined) countMedia(part, inspection, rules, resolution, add);
    else if (part.fileData !== undefined) {
      countMedia(part, { bytes: 0, modality: modalityOf(part.fileData.mimeType) }, rules, resolution, add);
    } else add('TEXT', countText(part.text ?? dataText(part)));
  }
  const declarations = (request.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  if (declarations.length > 0) add('TEXT', countText(JSON.stringify(declarations)));
  const details = [...counts]
    .filter(([, tokenCount]) => tokenCount > 0)
    .map(([modality, tokenCount]) => ({ modality, tokenCount }));
  return { total: details.reduce((sum, { tokenCount }) => sum + tokenCount, 0), details };
}

/** Characters of text other than white space, which Vertex AI once charged for. */
export function billableCharacters(request: ReceivedRequest): number {
  let characters = 0;
  for (const part of partsOf(request)) characters += (part.text ?? '').replace(/\s+/g, '').length;
  return characters;
}

/** The part that is text in the end: a call, a result, code. */
function dataText(part: ReceivedPart): string {
  const { functionCall, functionResponse, executableCode, codeExecutionResult, audioTranscription } = part;
  const data = functionCall ?? executableCode ?? codeExecutionResult ?? audioTranscription;
  if (data !== undefined) return JSON.stringify(data);
  return functionResponse === undefined ? '' : JSON.stringify(functionResponse.response ?? {});
}

function countMedia(
  part: ReceivedPart,
  { modality, pixels, seconds = 0, sound, pages = 1, text = '' }: Inspection,
  rules: TokenRules,
  resolution: Resolution,
  add: (modality: Modality, tokens: number) => void,
): void {
  if (modality === 'IMAGE') return void add('IMAGE', rules.image(pixels, resolution));
  if (modality === 'DOCUMENT') return void add('DOCUMENT', pages * rules.page(resolution));
  if (modality === 'TEXT') return void add('TEXT', countText(text));
  const { startOffset = '0s', endOffset, fps = 1 } = part.videoMetadata ?? {};
  const end = endOffset === undefined ? seconds : Math.min(seconds, Number.parseFloat(endOffset));
  const length = Math.max(0, end - Number.parseFloat(startOffset));
  if (modality === 'AUDIO') return void add('AUDIO', Math.ceil(length * rules.soundSecond));
  const wholeSeconds = Math.ceil(length);
  add('VIDEO', Math.ceil(length * fps) * rules.frame(resolution) + wholeSeconds * (sound ? rules.stamp : 0));
  if (sound) add('AUDIO', wholeSeconds * rules.soundSecond);
}

function resolutionOf(part: ReceivedPart, { generationConfig }: ReceivedRequest): Resolution {
  const level = part.mediaResolution?.level ?? generationConfig?.mediaResolution ?? '';
  return RESOLUTIONS.find((name) => level === `MEDIA_RESOLUTION_${name}`);
}

const RESOLUTIONS = ['LOW', 'MEDIUM', 'HIGH', 'ULTRA_HIGH'] as const;
