import { describe, expect, it } from 'vitest';
import type { ShowFacts } from '../../src/show/facts.ts';
import { sdkModel } from '../../src/show/sdk-client.ts';
import { sdkRequest } from '../../src/show/sdk-request.ts';
import type { GenerateContentRequest } from '../../src/wire/generate-content.ts';

const contents: GenerateContentRequest['contents'] = [{ role: 'user', parts: [{ text: 'a' }] }];

describe('a request for an SDK', () => {
  it('keeps a schema the SDK only writes in capitals, and sends one it would change beside it', () => {
    const schema = (responseSchema: Record<string, unknown>) =>
      sdkRequest({ contents, generationConfig: { responseSchema } }, { language: 'node', vertex: false });
    const plain = { type: 'object', properties: { a: { type: 'array', items: { type: 'string' } } } };
    expect(schema(plain)).toEqual({ contents, config: { responseSchema: plain }, extraBody: {} });
    for (const changed of [
      { type: 'object', additionalProperties: false },
      { type: 'object', properties: { a: { type: ['string', 'null'] } } },
      { type: 'array', items: { $ref: '#/$defs/a' } },
    ]) {
      expect(schema(changed).extraBody).toEqual({ generationConfig: { responseSchema: changed } });
    }
  });

  it('sends beside it what one of the services refuses in the SDK', () => {
    const request: GenerateContentRequest = {
      contents,
      cachedContent: 'projects/p/locations/l/cachedContents/1',
      generationConfig: { audioTimestamp: true },
    };
    expect(sdkRequest(request, { language: 'node', vertex: true }).extraBody).toEqual({});
    expect(sdkRequest(request, { language: 'node', vertex: false }).config).toEqual({});
  });

  it('sends contents beside it when a signature would not come back the same', () => {
    const signed = (thoughtSignature: string) =>
      sdkRequest(
        { contents: [{ role: 'model', parts: [{ text: 'a', thoughtSignature }] }] },
        { language: 'python', vertex: false },
      );
    expect(signed('c2ln').extraBody).toEqual({});
    expect(signed('skip_thought_signature_validator').contents).toBeUndefined();
  });

  it.each([
    ['vertex', 'endpoints/77', 'projects/p/locations/us/endpoints/77'],
    ['vertex', 'models/gemini-x', 'gemini-x'],
    ['vertex', 'meta/llama', 'meta/llama'],
    ['developer', 'publishers/google/models/gemini-x', 'models/gemini-x'],
    ['developer', 'tunedModels/a', 'tunedModels/a'],
  ] as const)('for %s names the model %s as %s', (backend, model, named) => {
    const facts = { backend, model, project: 'p', location: 'us' } as unknown as ShowFacts;
    expect(sdkModel(facts)).toBe(named);
  });
});
