import { type Answer, jsonAnswer } from '../answer.ts';
import type { Call } from '../call.ts';
import { GoogleError } from '../google-error.ts';
import { pageOf } from './page.ts';
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

/** The lists of models of both services, page by page, and each of them; and the list that OpenAI's clients ask for. */
export const MODELS: readonly Route[] = [
  {
    // The Developer API's list is at this path too: each client finds its own fields.
    method: 'GET',
    path: /^\/v1\/models$/,
    handle: (call) => page(call, 'models', KNOWN.map(developerModel), openAiModels()),
  },
  {
    method: 'GET',
    path: /^\/(?:.+\/)?openai\/models$/,
    handle: () => jsonAnswer(openAiModels()),
  },
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

function openAiModels() {
  const data = KNOWN.map(({ id }) => ({ id, object: 'model', created: 0, owned_by: 'emulator' }));
  return { object: 'list', data };
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

function page(call: Call, key: string, models: readonly unknown[], others: object = {}): Answer {
  const { items, ...next } = pageOf(call, models, { size: 'pageSize', usual: 50, most: 1000 });
  return jsonAnswer({ ...others, [key]: items, ...next });
}
