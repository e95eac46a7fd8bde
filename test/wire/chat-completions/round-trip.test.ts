import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECTS, DISTRIBUTED_CLOUD } from '../../../src/backends/dialects.ts';
import type { Dialect } from '../../../src/wire/chat-completions/dialect.ts';
import { fromChatRequest } from '../../../src/wire/chat-completions/from-request.ts';
import { toChatRequest } from '../../../src/wire/chat-completions/request.ts';
import type { Content, GenerateContentRequest, Part } from '../../../src/wire/generate-content.ts';

/** What both languages can say. */

const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const name = fc.stringMatching(/^[a-z]{1,8}$/);
const fields = fc.dictionary(name, fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), {
  maxKeys: 3,
});
const text: fc.Arbitrary<Part> = fc.record({ text: fc.string() });
const inline = (...types: string[]): fc.Arbitrary<Part> =>
  fc.record({ inlineData: fc.record({ mimeType: fc.constantFrom(...types), data: base64 }) });
const address: fc.Arbitrary<Part> = fc
  .tuple(name, fc.constantFrom('png', 'jpeg', 'webp'))
  .map(([path, type]) => ({
    fileData: { mimeType: `image/${type}`, fileUri: `https://example.com/${path}.${type}` },
  }));
const userParts = fc.array(
  fc.oneof(
    text,
    inline('image/png', 'image/jpeg', 'audio/mp3', 'audio/wav', 'audio/flac', 'video/mp4', 'video/mov'),
    address,
  ),
  { minLength: 1, maxLength: 4 },
);
const calls = fc.uniqueArray(fc.record({ id: name, name, args: fields, response: fields }), {
  selector: ({ id }) => id,
  minLength: 1,
  maxLength: 3,
});

/** A turn of the person, then one of the model: words, or calls and what came of them. */
const exchange = fc
  .record({ parts: userParts, said: fc.option(fc.string({ minLength: 1 })), calls: fc.option(calls) })
  .map(({ parts, said, calls: called }): Content[] => {
    const user = { role: 'user', parts };
    if (!called) return [user, { role: 'model', parts: [{ text: said ?? '' }] }];
    const functionCalls = called.map(({ response: _, ...functionCall }) => ({ functionCall }));
    return [
      user,
      { role: 'model', parts: [...(said === null ? [] : [{ text: said }]), ...functionCalls] },
      {
        role: 'user',
        parts: called.map(({ args: _, ...functionResponse }) => ({ functionResponse })),
      },
    ];
  });

const functions = fc.uniqueArray(
  fc.record({ name, description: fc.string(), parametersJsonSchema: fc.constant({ type: 'object' }) }),
  { selector: (declaration) => declaration.name, minLength: 1, maxLength: 3 },
);

const config = fc.record(
  {
    temperature: fc.double({ min: 0, max: 2, noNaN: true }).map(Math.abs),
    topP: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
    topK: fc.nat(),
    seed: fc.nat(),
    candidateCount: fc.integer({ min: 1, max: 8 }),
    maxOutputTokens: fc.nat(),
    stopSequences: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
    presencePenalty: fc.integer({ min: 1, max: 2 }),
    frequencyPenalty: fc.integer({ min: -2, max: -1 }),
    thinkingConfig: fc.constantFrom(
      { thinkingLevel: 'LOW' },
      { thinkingLevel: 'HIGH' },
      { thinkingBudget: 0 },
    ),
  },
  { requiredKeys: [] },
);
const schema = fc.constantFrom(
  {},
  { responseMimeType: 'application/json' },
  {
    responseMimeType: 'application/json',
    responseJsonSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  },
);

const request: fc.Arbitrary<GenerateContentRequest> = fc
  .record({
    turns: fc.array(exchange, { maxLength: 3 }),
    last: userParts,
    system: fc.option(fc.string()),
    declared: fc.option(functions),
    mode: fc.constantFrom('AUTO', 'ANY', 'NONE', undefined),
    generation: fc.tuple(config, schema),
  })
  .map(({ turns, last, system, declared, mode, generation }) => {
    const generationConfig = { ...generation[0], ...generation[1] };
    return {
      contents: [...turns.flat(), { role: 'user', parts: last }],
      ...(system === null ? {} : { systemInstruction: { parts: [{ text: system }] } }),
      ...(declared === null ? {} : { tools: [{ functionDeclarations: declared }] }),
      ...(declared === null || mode === undefined ? {} : { toolConfig: { functionCallingConfig: { mode } } }),
      ...(Object.keys(generationConfig).length === 0 ? {} : { generationConfig }),
    };
  });

/** As JSON, without the memory of what it was written as. */
function thereAndBack(from: GenerateContentRequest, dialect: Dialect) {
  const { body, losses } = toChatRequest('m', from, dialect, { stream: false });
  const chat: unknown = JSON.parse(JSON.stringify(body));
  const back = fromChatRequest(chat as Parameters<typeof fromChatRequest>[0], 'a.json');
  return { request: JSON.parse(JSON.stringify(back.request)), extras: back.extras, losses };
}

describe('a request that both languages can say', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(request, (original) => {
        const { request: back, extras, losses } = thereAndBack(original, DIALECTS.vllm);
        expect(back).toEqual(JSON.parse(JSON.stringify(original)));
        expect(extras).toEqual({ model: 'm' });
        expect(losses).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('in the shape of Distributed Cloud has the same parts in the same order', () => {
    const parts = ({ contents }: GenerateContentRequest) => contents.flatMap((content) => content.parts);
    const withoutTopK = request.map(({ generationConfig: _, ...rest }) => rest);
    fc.assert(
      fc.property(withoutTopK, (original) => {
        // Its buckets alone are addresses there.
        const bucket = JSON.parse(JSON.stringify(original).replaceAll('https://', 's3://'));
        const { request: back } = thereAndBack(bucket, DISTRIBUTED_CLOUD);
        expect(parts(back)).toEqual(parts(bucket));
      }),
      { numRuns: 100 },
    );
  });
});
