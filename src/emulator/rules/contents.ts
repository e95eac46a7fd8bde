import type { Service } from '../messages/field.ts';
import type { Violation } from '../messages/reader.ts';
import type { ReceivedPart, ReceivedRequest } from '../received-request.ts';
import { DATA_FIELDS } from './rule.ts';

/** There is something to answer. */
export function* contentsPresent({ contents = [] }: ReceivedRequest): Iterable<Violation> {
  if (contents.length === 0) yield { field: 'contents', description: 'contents is not specified' };
}

/** Every turn has a role and parts, every part its data. */
export function* contentsWellFormed(request: ReceivedRequest, service: Service): Iterable<Violation> {
  for (const [index, content] of (request.contents ?? []).entries()) {
    const field = `contents[${index}]`;
    if (!ROLES.has((content.role ?? '').toLowerCase())) {
      yield { field: `${field}.role`, description: 'Please use a valid role: user, model.' };
    }
    if ((content.parts ?? []).length === 0) {
      yield { field: `${field}.parts`, description: 'contents.parts must not be empty.' };
    }
    yield* partsWellFormed(content.parts ?? [], field, service);
  }
  yield* partsWellFormed(request.systemInstruction?.parts ?? [], 'system_instruction', service);
}

/** Models of today do not continue a turn of their own. */
export function* lastTurnIsNotTheModels({ contents = [] }: ReceivedRequest): Iterable<Violation> {
  const last = contents.at(-1);
  if (last?.role?.toLowerCase() !== 'model') return;
  const empty = (last.parts ?? []).every((part) => part.text === '');
  if (empty) return;
  const description = 'Requests ending with a model turn are not supported.';
  yield { field: `contents[${contents.length - 1}].role`, description };
}

/** An absent role counts as the user's. `function` is the old role of function results. */
const ROLES = new Set(['', 'user', 'model', 'function']);

function* partsWellFormed(parts: ReceivedPart[], path: string, service: Service): Iterable<Violation> {
  for (const [index, part] of parts.entries()) {
    const field = `${path}.parts[${index}]`;
    if (DATA_FIELDS.every((name) => part[name] === undefined)) {
      const description = "required oneof field 'data' must have one initialized field";
      yield { field: `${field}.data`, description };
    }
    yield* mediaWellFormed(part, field, service);
    for (const [inner, media] of (part.functionResponse?.parts ?? []).entries()) {
      yield* mediaWellFormed(media, `${field}.function_response.parts[${inner}]`, service);
    }
  }
}

function* mediaWellFormed(part: ReceivedPart, field: string, service: Service): Iterable<Violation> {
  const { inlineData, fileData } = part;
  if (inlineData !== undefined) {
    yield* mimeTypeWellFormed(inlineData.mimeType, `${field}.inline_data.mime_type`, true);
    if (!inlineData.data)
      yield { field: `${field}.inline_data.data`, description: 'data must not be empty.' };
  }
  if (fileData !== undefined) {
    yield* mimeTypeWellFormed(fileData.mimeType, `${field}.file_data.mime_type`, service === 'vertex');
    if (!fileData.fileUri)
      yield { field: `${field}.file_data.file_uri`, description: 'file_uri must be set.' };
  }
  if (part.videoMetadata !== undefined) yield* videoMetadataWellFormed(part, `${field}.video_metadata`);
}

function* mimeTypeWellFormed(
  mimeType: string | undefined,
  field: string,
  required: boolean,
): Iterable<Violation> {
  if (!mimeType) {
    if (required) yield { field, description: 'mime_type must be set.' };
  } else if (!/^[\w.+-]+\/[\w.+-]+(\s*;.*)?$/.test(mimeType)) {
    yield { field, description: `Unsupported MIME type: ${mimeType.slice(0, 100)}` };
  }
}

function* videoMetadataWellFormed(part: ReceivedPart, field: string): Iterable<Violation> {
  const { startOffset, endOffset, fps } = part.videoMetadata ?? {};
  if (part.inlineData === undefined && part.fileData === undefined) {
    yield { field, description: 'video_metadata is only for inline_data and file_data.' };
  }
  if (fps !== undefined && !(fps > 0 && fps <= 24)) {
    yield { field: `${field}.fps`, description: 'fps must be in the range (0.0, 24.0].' };
  }
  if (endOffset !== undefined && Number.parseFloat(endOffset) <= Number.parseFloat(startOffset ?? '0s')) {
    yield { field: `${field}.end_offset`, description: 'end_offset must be greater than start_offset.' };
  }
}
