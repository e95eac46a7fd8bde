import { type Answer, jsonAnswer } from '../answer.ts';
import type { Call } from '../call.ts';
import { GoogleError } from '../google-error.ts';
import type { Route } from './route.ts';

type Model = { id: string; displayName: string; temperature?: number };

/** The text models of November 2026. Any other name is answered as well: the emulator is no model anyway. */
const KNOWN: readonly Model[] = [
  { id: 'gemini-3.8-flash', displayName: 'Gemini 3.8 Flash' },
  { id: 'gemini-3.7-flash', displayName: 'Gemini 3.7 Flash' },
  { id: 'gemini-3.6-flash', displayName: 'Gemini 3.6 Flash' },
  { id: 'gemini-3.5-flash', displayName: 'Gemini 3.5 Flash', temperature: 1 },
  { id: 'gemini-3.5-flash-lite', displayName: 'Gemini 3.5 Flash-Lite' },
  { id: 'gemini-3.5-transcribe', displayName: 'Gemini 3.5 Transcribe' },
  { id: 'gemini-3.1-pro-preview', displayName: 'Gemini 3.1 Pro Preview', temperature: 1 },
  { id: 'gemini-3.1-flash-lite', displayName: 'Gemini 3.1 Flash-Lite', temperature: 1 },
  { id: 'gemini-2.5-pro', displayName: 'Gemini 2.5 Pro', temperature: 1 },
  { id: 'gemini-2.5-flash', displayName: 'Gemini 2.5 Flash', temperature: 1 },
];

/** The lists of models of both services, page by page, and each of them. */
export const MODELS: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/v1(?:beta|alpha)?\/models$/,
    handle: (call) => page(call, 'models', KNOWN.map(developerModel)),
  },
  {
    method: 'GET',
    path: /^\/v1(?:beta|alpha)?\/models\/(?<model>[^/:]+)$/,
    handle: (_, { model = '' }) => jsonAnswer(developerModel(known(model, `models/${model}`))),
  },
  {
    method: 'GET',
    path: /^\/v1(?:beta1)?\/publishers\/google\/models$/,
    handle: (call) => page(call, 'publisherModels', KNOWN.map(publisherModel)),
  },
  {
    method: 'GET',
    path: /^\/v1(?:beta1)?\/publishers\/google\/models\/(?<model>[^/:]+)$/,
    handle: (_, { model = '' }) => {
      return jsonAnswer(publisherModel(known(model, `publishers/google/models/${model}`)));
    },
  },
];

function developerModel({ id, displayName, temperature }: Model) {
  return {
    name: `models/${id}`,
    baseModelId: id,
    version: '001',
    displayName,
    description: `The emulator's stand-in for ${displayName}.`,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
    ...(temperature === undefined ? {} : { temperature, maxTemperature: 2, topP: 0.95, topK: 64 }),
    thinking: true,
  };
}

function publisherModel({ id, displayName }: Model) {
  const launchStage = id.endsWith('-preview') ? 'PUBLIC_PREVIEW' : 'GA';
  return { name: `publishers/google/models/${id}`, versionId: 'default', displayName, launchStage };
}

function known(id: string, name: string): Model {
  const model = KNOWN.find((candidate) => candidate.id === id);
  if (model !== undefined) return model;
  throw new GoogleError(404, `${name} is not found. Call ListModels to see the list of available models.`);
}

/** `pageToken` is the place in the list; pages hold 50 unless asked otherwise. */
function page(call: Call, key: string, items: readonly unknown[]): Answer {
  const size = Number(call.query.get('pageSize') ?? 50);
  const start = Number(call.query.get('pageToken') ?? 0);
  if (!Number.isInteger(size) || size < 0) throw new GoogleError(400, 'page_size must not be negative.');
  if (!Number.isInteger(start) || start < 0) throw new GoogleError(400, 'page_token is not valid.');
  const end = start + Math.min(size === 0 ? 50 : size, 1000);
  const next = end < items.length ? { nextPageToken: String(end) } : {};
  return jsonAnswer({ [key]: items.slice(start, end), ...next });
}
