import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GenerateContentResponse, Part } from '../../src/wire/generate-content.ts';
import { answerText, createResponseFold, finishReasonOf, thoughtText } from '../../src/wire/response.ts';

function fold(chunks: readonly GenerateContentResponse[], options?: { keepText?: boolean }) {
  const gathered = createResponseFold(options);
  for (const chunk of chunks) gathered.add(chunk);
  return gathered.response();
}

const chunkOf = (...parts: Part[]): GenerateContentResponse => ({
  candidates: [{ content: { role: 'model', parts } }],
});
const partsOf = (response: GenerateContentResponse) => response.candidates?.[0]?.content?.parts;

/** Cuts text at places in UTF-16 units, also within a surrogate pair. */
function split(text: string, cuts: readonly number[]): string[] {
  const at = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  return at.slice(1).map((end, i) => text.slice(at[i], end));
}

const texts = fc.string({ unit: 'grapheme', maxLength: 60 });
const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe('text', () => {
  test('is the same however it was cut into chunks, thoughts apart', () => {
    fc.assert(
      fc.property(texts, texts, cuts, (thoughts, answer, places) => {
        const chunks = [
          ...split(thoughts, places).map((text) => chunkOf({ text, thought: true })),
          ...split(answer, places).map((text) => chunkOf({ text })),
        ];
        const response = fold(chunks);
        expect(thoughtText(response)).toBe(thoughts);
        expect(answerText(response)).toBe(answer);
        expect(chunks.map((chunk) => answerText(chunk)).join('')).toBe(answer);
        if (thoughts && answer)
          expect(partsOf(response)).toEqual([{ text: thoughts, thought: true }, { text: answer }]);
        expect(JSON.parse(JSON.stringify(response))).toEqual(response);
      }),
    );
  });

  test('joins the halves of a surrogate pair', () => {
    expect(partsOf(fold([chunkOf({ text: 'a\ud83d' }), chunkOf({ text: '\ude00b' })]))).toEqual([
      { text: 'a😀b' },
    ]);
  });

  test('keeps signed parts as they came, and each part of other kinds', () => {
    const parts: Part[] = [
      { text: 'Hm.', thought: true },
      { text: 'I call', thoughtSignature: 'c2ln' },
      { functionCall: { name: 'f', args: { x: 1 } }, thoughtSignature: 'c2lo' },
      { text: 'and' },
      { text: '', thoughtSignature: 'c2lp' },
    ];
    expect(partsOf(fold(parts.map((part) => chunkOf(part))))).toEqual(parts);
  });

  test('parts of one chunk stay apart', () => {
    const response = fold([
      chunkOf({ text: 'a' }),
      chunkOf({ text: 'b' }, { text: 'c' }),
      chunkOf({ text: 'd' }),
    ]);
    expect(partsOf(response)).toEqual([{ text: 'ab' }, { text: 'cd' }]);
  });

  test('leaves out empty text that nothing goes on from', () => {
    const call = { functionCall: { name: 'f' } };
    expect(partsOf(fold([chunkOf(call), chunkOf({ text: '' })]))).toEqual([call]);
  });

  test('is linear: a hundred thousand chunks', () => {
    const response = fold(Array.from({ length: 100_000 }, (_, i) => chunkOf({ text: `${i},` })));
    expect(answerText(response)).toHaveLength(588_890);
    expect(answerText(response).startsWith('0,1,2,')).toBe(true);
    expect(answerText(response).endsWith('99998,99999,')).toBe(true);
  });

  test('without keepText only the beginning of each run stays', () => {
    const response = fold(
      [
        chunkOf({ text: '' }),
        chunkOf({ text: 'one' }),
        chunkOf({ text: ' two' }),
        { candidates: [{ finishReason: 'STOP' }] },
      ],
      { keepText: false },
    );
    expect(answerText(response)).toBe('one');
    expect(finishReasonOf(response)).toBe('STOP');
  });
});

describe('the rest of a response', () => {
  test('a single response folds to itself, whatever it holds', () => {
    const json = fc
      .jsonValue({ maxDepth: 1 })
      .filter((value) => value !== null && typeof value === 'object' && !Array.isArray(value));
    const response = fc.record(
      {
        candidates: fc.array(
          fc.record(
            {
              content: fc.record(
                {
                  role: fc.constant('model'),
                  parts: fc.array(
                    fc.oneof(fc.record({ text: fc.string() }), fc.record({ inlineData: json })),
                  ),
                },
                { requiredKeys: [] },
              ),
              finishReason: fc.constantFrom('STOP', '', 'SAFETY', 'FINISH_REASON_UNSPECIFIED'),
              safetyRatings: fc.array(json),
              citationMetadata: fc.record({ citations: fc.array(json) }),
              groundingMetadata: fc.record({
                groundingChunks: fc.array(json),
                webSearchQueries: fc.array(fc.string()),
              }),
              logprobsResult: fc.record({ chosenCandidates: fc.array(json) }),
              avgLogprobs: fc.double({ noNaN: true }),
              unheardOf: json,
            },
            { requiredKeys: [] },
          ),
        ),
        usageMetadata: fc.record(
          { totalTokenCount: fc.nat(), promptTokensDetails: fc.array(json) },
          { requiredKeys: [] },
        ),
        promptFeedback: json,
        modelVersion: fc.string(),
        modelStatus: json,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(response, (given) => {
        const original = structuredClone(given);
        expect(fold([given as object])).toEqual(original);
        expect(given).toEqual(original);
      }),
      { numRuns: 300 },
    );
  });

  test('usage: the last of each count; identity: the first', () => {
    const response = fold([
      {
        usageMetadata: { promptTokenCount: 8, totalTokenCount: 9 },
        modelVersion: 'm',
        responseId: 'r',
        createTime: 't',
      },
      { usageMetadata: { candidatesTokenCount: 4, totalTokenCount: 12 }, modelVersion: 'n', responseId: '' },
    ]);
    expect(response).toEqual({
      usageMetadata: { promptTokenCount: 8, candidatesTokenCount: 4, totalTokenCount: 12 },
      ...{ modelVersion: 'm', responseId: 'r', createTime: 't' },
    });
  });

  test('the block of a prompt is kept, also after mere ratings', () => {
    const rated = { safetyRatings: [{ category: 'C', probability: 'LOW' }] };
    const feedback = [rated, { blockReason: 'SAFETY' }, rated, { blockReason: 'OTHER' }];
    expect(fold(feedback.map((promptFeedback) => ({ promptFeedback })))).toEqual({
      promptFeedback: { blockReason: 'SAFETY' },
    });
  });

  test('candidates that come interleaved are put together by index', () => {
    const part = (index: number | undefined, text: string) => ({
      candidates: [{ ...(index === undefined ? {} : { index }), content: { parts: [{ text }] } }],
    });
    const response = fold([part(1, 'b'), part(undefined, 'a'), part(1, 'B'), part(0, 'A')]);
    expect([answerText(response, 0), answerText(response, 1)]).toEqual(['aA', 'bB']);
    expect(response.candidates?.map(({ index }) => index)).toEqual([0, 1]);
    expect(answerText(part(1, 'b'))).toBe('');
  });

  test('a reason to finish is not lost by later chunks without one', () => {
    const ends = ['', 'MAX_TOKENS', '', 'FINISH_REASON_UNSPECIFIED'].map((finishReason) => ({
      candidates: [{ finishReason }],
    }));
    expect(finishReasonOf(fold([...ends, { candidates: [{}] }, { usageMetadata: {} }]))).toBe('MAX_TOKENS');
    expect(finishReasonOf(fold([chunkOf({ text: 'a' })]))).toBeUndefined();
  });

  test('citations are gathered once each, log probabilities in order, grounding with its own supports', () => {
    const [first, second] = [{ uri: 'https://a.example' }, { uri: 'https://b.example' }];
    const grounding = (web: string[], supports: number[]) => ({
      groundingChunks: web.map((uri) => ({ web: { uri } })),
      groundingSupports: supports.map((index) => ({ groundingChunkIndices: [index] })),
    });
    const response = fold([
      {
        candidates: [{ citationMetadata: { citations: [first] }, logprobsResult: { chosenCandidates: [1] } }],
      },
      { candidates: [{ groundingMetadata: { webSearchQueries: ['q'] } }] },
      { candidates: [{ groundingMetadata: grounding(['a', 'b'], [0, 1]) }] },
      {
        candidates: [
          { citationMetadata: { citations: [first, second] }, logprobsResult: { chosenCandidates: [2] } },
        ],
      },
      { candidates: [{ groundingMetadata: grounding(['c'], [0]) }] },
    ]);
    expect(response.candidates?.[0]).toEqual({
      citationMetadata: { citations: [first, second] },
      groundingMetadata: { webSearchQueries: ['q'], ...grounding(['a', 'b'], [0, 1]) },
      logprobsResult: { chosenCandidates: [1, 2] },
    });
  });

  test('takes any JSON objects without failing, and without touching a prototype', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"a":1},"usageMetadata":{"__proto__":{"b":1}},"candidates":[{"__proto__":{"c":1}}]}',
    );
    const folded = fold([hostile, hostile]);
    expect(
      [{}, folded, folded.usageMetadata, folded.candidates?.[0]].map((value) => Object.getPrototypeOf(value)),
    ).toEqual(Array(4).fill(Object.prototype));
    const names = fc.constantFrom(
      'candidates',
      'content',
      'parts',
      'text',
      'usageMetadata',
      'index',
      'citationMetadata',
      'x',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, fc.jsonValue({ maxDepth: 0 }), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    }));
    const objects = fc.array(fc.dictionary(names, value), { maxLength: 4 });
    fc.assert(
      fc.property(objects, (chunks) => {
        const response = fold(chunks as GenerateContentResponse[]);
        expect(typeof answerText(response)).toBe('string');
      }),
      { numRuns: 1000 },
    );
  });
});
