import type { ReceivedPart } from '../received-request.ts';
import { hasSignature } from './content-format.ts';
import type { Inspection } from './inspect.ts';

/** One part as the report names it, such as `image/jpeg, 600×400, 56.1 kB`. */
export function describePart(part: ReceivedPart, inspection: Inspection | undefined): string {
  const name = part.thought === true ? 'thought' : 'text';
  if (part.text !== undefined) return describeText(name, part.text);
  const { fileData } = part;
  if (inspection !== undefined) {
    const facts = describeMedia(inspection);
    const place = fileData?.fileUri === undefined ? [] : [`uploaded as ${fileData.fileUri}`];
    return [...facts, ...place, ...describeHandling(part)].join(', ');
  }
  if (fileData !== undefined) {
    const { mimeType, fileUri } = fileData;
    return [`${mimeType ?? 'a file'} at ${fileUri} (not fetched)`, ...describeHandling(part)].join(', ');
  }
  const { functionCall, functionResponse, executableCode, codeExecutionResult, audioTranscription } = part;
  if (functionCall !== undefined)
    return `a call of ${functionCall.name} with ${shortJson(functionCall.args ?? {})}`;
  if (functionResponse !== undefined) {
    return `the response of ${functionResponse.name}: ${shortJson(functionResponse.response ?? {})}`;
  }
  if (executableCode !== undefined) return describeText('code', executableCode.code ?? '');
  if (codeExecutionResult !== undefined) {
    return describeText(`result ${codeExecutionResult.outcome}`, codeExecutionResult.output ?? '');
  }
  if (audioTranscription !== undefined) return describeText('transcription', audioTranscription.text ?? '');
  return part.toolCall === undefined ? 'a tool response' : 'a tool call';
}

/** In quotation marks, with line breaks and the like escaped; cut at a number of characters. */
export function quoted(text: string, length = 200): string {
  if (text.length <= length) return JSON.stringify(text);
  return `${JSON.stringify(`${wholeCharacters(text, length)}…`)}`;
}

/** The first `length` units of a text, less one where that would halve a surrogate pair. */
export function wholeCharacters(text: string, length: number): string {
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? length - 1 : length);
}

function describeText(name: string, text: string): string {
  if (text.length <= 200) return `${name}: ${quoted(text)}`;
  return `${name} of ${text.length} characters: ${quoted(text)}`;
}

function describeMedia({ mimeType = '', ...inspection }: Inspection): string[] {
  const { bytes, format, pixels, seconds, pages, text } = inspection;
  const facts = [mimeType];
  if (format !== undefined && !format.types.includes(mimeType))
    facts[0] += ` (but its content is ${format.name})`;
  if (format === undefined && hasSignature(mimeType)) facts[0] += ' (but its content is not of that type)';
  if (pixels !== undefined) facts.push(`${pixels.width}×${pixels.height}`);
  if (seconds !== undefined) facts.push(`${Number(seconds.toFixed(1))} s`);
  if (pages !== undefined) facts.push(`${pages} page${pages === 1 ? '' : 's'}`);
  facts.push(formatBytes(bytes));
  if (text !== undefined && isReadable(text)) facts.push(quoted(text));
  return facts;
}

function describeHandling({ videoMetadata, mediaResolution }: ReceivedPart): string[] {
  const { startOffset, endOffset, fps } = videoMetadata ?? {};
  return [
    ...(startOffset === undefined ? [] : [`from ${startOffset}`]),
    ...(endOffset === undefined ? [] : [`to ${endOffset}`]),
    ...(fps === undefined ? [] : [`${fps} frames per second`]),
    ...(mediaResolution?.level === undefined ? [] : [mediaResolution.level]),
  ];
}

/** Not bytes of something else that were read as UTF-8. */
function isReadable(text: string): boolean {
  return !/[\0\ufffd]/.test(text.slice(0, 1000));
}

function shortJson(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length <= 200 ? json : `${wholeCharacters(json, 200)}…`;
}

function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} byte${bytes === 1 ? '' : 's'}`;
  const [value, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${value.toFixed(1)} ${unit}`;
}
