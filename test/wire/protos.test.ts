import { describe, expect, it } from 'vitest';
import { ENUMS } from '../../src/emulator/messages/enums.ts';
import type { FieldSpec } from '../../src/emulator/messages/field.ts';
import { MESSAGES as EMULATOR } from '../../src/emulator/messages/index.ts';
import { MESSAGES as REQUEST_FIELDS } from '../../src/prompt/request-fields.ts';
import { type Published, type PublishedField, publishedProtos, sdkTypes } from './published.ts';

/**
 * Fields newer than the protos of @google-cloud/aiplatform 6.11 and @google-ai/generativelanguage 3.7 (2026-11-22).
 * The types of @google/genai 2.32 have all of them; a field that the protos have caught up with has to leave.
 */
const NEWER = new Set([
  ...['Request.serviceTier', 'Request.continuationToken', 'Request.generationOutputConfig', 'Request.store'],
  ...['Blob.displayName', 'FileData.displayName', 'PartMediaResolution.numTokens'],
  ...['Part.audioTranscription', 'Part.mediaProcessing', 'Part.speechMetadata'],
  ...['Part.toolCall', 'Part.toolResponse', 'ExecutableCode.id', 'CodeExecutionResult.id'],
  ...['FunctionResponsePart.mediaProcessing'],
  ...['GenerationConfig.responseFormat', 'GenerationConfig.audioTranscriptionConfig'],
  ...['GenerationConfig.translationConfig', 'GenerationConfig.enableAffectiveDialog'],
  ...['ImageConfig.prominentPeople', 'VoiceConfig.voice'],
  ...['ReplicatedVoiceConfig.consentAudio', 'ReplicatedVoiceConfig.voiceConsentSignature'],
  ...['Tool.exaAiSearch', 'Tool.mcpServers', 'ToolConfig.includeServerSideToolInvocations'],
  ...['GoogleSearch.searchTypes', 'GoogleMaps.authConfig', 'GoogleMaps.groundingTypes'],
  ...['ComputerUse.enablePromptInjectionDetection', 'ComputerUse.disabledSafetyPolicies'],
  ...['FileSearch.fileSearchStoreNames', 'FileSearch.metadataFilter', 'FileSearch.topK'],
  ...['ParallelAiSearch.enableDataRetention', 'ParallelAiSearch.enableZeroDataRetention'],
  'Retrieval.externalApi',
]);
/** Not in the SDK's types either: the guide to gemini-3.5-transcribe prints it (ai.google.dev, read 2026-11-22). */
const ELSEWHERE = ['WordInfo.speakerLabel'];

const vertex = publishedProtos(import.meta.resolve('@google-cloud/aiplatform/build/protos/protos.json'));
const SOURCES = {
  v1: vertex,
  v1beta1: vertex,
  v1beta: publishedProtos(import.meta.resolve('@google-ai/generativelanguage/build/protos/protos.json')),
  sdk: sdkTypes(),
} as const satisfies Record<string, Published>;
type Api = keyof typeof SOURCES;
const PROTOS = ['v1', 'v1beta1', 'v1beta'] as const;

const rootsOf = (name: string): Record<Api, string> => ({
  v1: `google.cloud.aiplatform.v1.${name}`,
  v1beta1: `google.cloud.aiplatform.v1beta1.${name}`,
  v1beta: `google.ai.generativelanguage.v1beta.${name}`,
  // The SDK has no request: its config holds the fields of one beside those of generationConfig.
  sdk: 'GenerateContentConfig',
});
/** Where the SDK takes more than the message, or has it elsewhere. */
const SDK_TYPES: Readonly<Record<string, string>> = {
  'Request.contents': 'Content',
  'Request.systemInstruction': 'Content',
  'Request.tools': 'Tool',
  'Request.generationConfig': 'GenerationConfig',
  'GenerationConfig.imageConfig': 'ImageConfig',
};

/** A field of ours, and what each description says of it. */
type Found = {
  readonly field: string;
  readonly spec: FieldSpec;
  readonly published: Partial<Record<Api, PublishedField>>;
  /** Whether the protos know at least its message. */
  readonly messageKnown: boolean;
};

type Table = Readonly<Record<string, Readonly<Record<string, string | FieldSpec>>>>;

/** Every field that can be reached from the messages of `roots`, with the same field in each description. */
function walk(table: Table, roots: Readonly<Record<string, string>>): Found[] {
  const found: Found[] = [];
  const seen = new Set<string>();
  const visit = (message: string, types: Partial<Record<Api, string>>) => {
    if (seen.has(message)) return;
    seen.add(message);
    for (const [name, value] of Object.entries(table[message] ?? {})) {
      const field = `${message.replace(/^GenerateContentRequest$/, 'Request')}.${name}`;
      const spec: FieldSpec = typeof value === 'string' ? { type: value } : value;
      const published: Found['published'] = {};
      for (const [api, type] of Object.entries(types) as [Api, string][]) {
        const one = SOURCES[api].field(type, name);
        if (one) published[api] = one;
      }
      const sdk = SDK_TYPES[field];
      if (sdk) published.sdk = { type: sdk, shape: 'one' };
      found.push({ field, spec, published, messageKnown: PROTOS.some((api) => types[api]) });
      const inner = spec.type.replace(/\[\]$|^map<|>$/g, '');
      const next = Object.entries(published).map(([api, { type }]) => [api, type]);
      if (Object.hasOwn(table, inner)) visit(inner, Object.fromEntries(next));
    }
  };
  for (const [ours, theirs] of Object.entries(roots)) visit(ours, rootsOf(theirs));
  expect([...seen].sort()).toEqual(Object.keys(table).sort());
  return found;
}

const inProtos = ({ published }: Found) => PROTOS.some((api) => published[api]);
const names = (found: readonly Found[]) => found.map(({ field }) => field);

const TABLES: [string, Found[]][] = [
  ['the fields that a request file may have', walk(REQUEST_FIELDS, { Request: 'GenerateContentRequest' })],
  [
    'the messages that the emulator accepts',
    walk(EMULATOR, {
      GenerateContentRequest: 'GenerateContentRequest',
      CountTokensRequest: 'CountTokensRequest',
    }),
  ],
];

describe.each(TABLES)('%s', (_name, found) => {
  it('are in the published protos, or in the dated list of newer ones', () => {
    const unpublished = found.filter((each) => each.messageKnown && !inProtos(each));
    const listed = found.filter(({ field }) => NEWER.has(field));
    expect(names(unpublished)).toEqual(names(listed));
  });

  it('are in the types of the SDK where the protos do not have them', () => {
    const unknown = found.filter((each) => !inProtos(each) && !each.published.sdk);
    expect(names(unknown).filter((field) => !ELSEWHERE.includes(field))).toEqual([]);
  });

  it('are lists and maps where the protos have lists and maps', () => {
    const shaped = found.filter(({ spec }) => !/^(any|object|config|struct)$/.test(spec.type));
    const wrong = shaped.filter(({ spec: { type }, published }) => {
      const shape = type.endsWith('[]') ? 'list' : type.startsWith('map<') ? 'map' : 'one';
      return PROTOS.some((api) => published[api] && published[api].shape !== shape);
    });
    expect(names(wrong)).toEqual([]);
  });
});

it('the list of newer fields holds nothing that we do not have', () => {
  const ours = new Set(TABLES.flatMap(([, found]) => names(found)));
  expect([...NEWER, ...ELSEWHERE].filter((field) => !ours.has(field))).toEqual([]);
});

describe('the emulator', () => {
  const [, found = []] = TABLES[1] ?? [];

  it('keeps no field from a service whose published protos have it', () => {
    const wrong = found.filter(
      ({ spec, published }) =>
        (spec.only === 'vertex' && published.v1beta) ||
        (spec.only === 'developer' && (published.v1 ?? published.v1beta1)),
    );
    expect(names(wrong)).toEqual([]);
  });

  it('accepts no value of an enum that neither the protos nor the SDK know', () => {
    const strangers = found.flatMap(({ field, spec, published }) => {
      const own = ENUMS[spec.type.replace('[]', '')];
      const apis = Object.entries(published) as [Api, PublishedField][];
      const known = apis.flatMap(([api, { type }]) => SOURCES[api].values(type) ?? []);
      if (!own || known.length === 0) return [];
      const values = [...own.values, ...Object.values(own.only ?? {}).flat()];
      return values.filter((value) => !known.includes(value)).map((value) => `${field}: ${value}`);
    });
    expect(strangers).toEqual([]);
  });
});
