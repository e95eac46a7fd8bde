import { UsageError } from '../../errors.ts';
import type { Content, GenerateContentRequest, Part } from '../generate-content.ts';
import type { ChatRequest } from './chat.ts';
import type { Dialect } from './dialect.ts';
import { type Loss, Losses } from './losses.ts';
import { messagesOf } from './messages.ts';
import { imageResolution, parametersOf, serviceTierOf } from './parameters.ts';
import { toolsOf } from './tools.ts';
import { writtenOf } from './written.ts';

/** Fields of a generateContent request that have no counterpart here. */
const WORDLESS = [
  'safetySettings',
  'labels',
  'continuationToken',
  'modelArmorConfig',
  'generationOutputConfig',
];

/**
 * A request in the words of chat completions. Fields that generateContent does not have (from --set, or from a
 * chat-completions file) go along as they are, and so do the pieces of such a file that nothing was added to.
 * @param model '' when none was named, which only a file of this language may leave so
 * @throws UsageError without a model, or with what only generateContent has in its place (cachedContent)
 * @throws InputError for content that cannot be said: content is never left out
 */
export function toChatRequest(
  model: string,
  request: GenerateContentRequest,
  dialect: Dialect,
  { stream }: { stream: boolean },
): { body: ChatRequest; losses: Loss[] } {
  const {
    contents,
    systemInstruction,
    tools = [],
    toolConfig,
    generationConfig = {},
    serviceTier: _,
    ...others
  } = request;
  const losses = new Losses();
  const written = writtenOf(request);
  const options = { dialect, losses, written };
  // By its names: what the request remembers of itself is no field of the body.
  const said: Record<string, unknown> = Object.fromEntries(Object.entries(others));
  if (said.cachedContent !== undefined) {
    throw new UsageError(`${dialect.name} keeps no cached content`, { hint: 'leave out --cached-content' });
  }
  for (const field of WORDLESS) {
    if (said[field] !== undefined) losses.leftOut(field);
    delete said[field];
  }
  const resolution = dialect.imageDetail ? imageResolution(generationConfig) : undefined;
  const turns = resolution ? contents.map((content) => withResolution(content, resolution)) : contents;
  const tier = serviceTierOf(request);
  if (tier !== undefined && !dialect.serviceTier) losses.leftOut('serviceTier');
  const body: ChatRequest = {
    ...modelFields(model, said, dialect, written !== undefined),
    messages: messagesOf(systemInstruction, turns, options),
    ...((written?.get(generationConfig) as object | undefined) ??
      parametersOf(generationConfig, dialect, losses)),
    ...toolsOf(tools, toolConfig, options),
    ...(tier !== undefined && dialect.serviceTier ? { service_tier: tier } : {}),
    ...said,
    ...streamFields(said, dialect, stream),
  };
  if (!stream) {
    delete body.stream;
    delete body.stream_options;
  }
  return { body, losses: losses.list() };
}

/** The model comes first, as in the documents; taken out of `said`, where a file may have named it. */
function modelFields(
  model: string,
  said: Record<string, unknown>,
  { name, modelFields: fields }: Dialect,
  fromFile: boolean,
): Record<string, unknown> {
  const { model: ownModel, model_id: ownId } = said;
  delete said.model;
  delete said.model_id;
  if (model !== '') return Object.fromEntries(fields.map((field) => [field, model]));
  if (ownModel === undefined && ownId === undefined && !fromFile) {
    throw new UsageError(`${name} has no default model`, {
      hint: 'name one: -m MODEL, or GEMINI_MODEL in the environment',
    });
  }
  return {
    ...(ownModel === undefined ? {} : { model: ownModel }),
    ...(ownId === undefined ? {} : { model_id: ownId }),
  };
}

function streamFields(
  said: Readonly<Record<string, unknown>>,
  { streams, streamUsage }: Dialect,
  stream: boolean,
): Record<string, unknown> {
  if (!stream || !streams) return {};
  const options = typeof said.stream_options === 'object' ? said.stream_options : {};
  return { stream: true, ...(streamUsage ? { stream_options: { ...options, include_usage: true } } : {}) };
}

function withResolution(content: Content, mediaResolution: { level: string }): Content {
  const isImage = ({ inlineData, fileData }: Part) =>
    (inlineData?.mimeType ?? fileData?.mimeType ?? '').startsWith('image/');
  if (!content.parts.some(isImage)) return content;
  return {
    ...content,
    parts: content.parts.map((part) => (isImage(part) ? { mediaResolution, ...part } : part)),
  };
}
