import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { setPath } from '../../src/prompt/set-path.ts';

const request = {
  contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
  generationConfig: { topK: 1, temperature: 0 },
};

describe('setPath', () => {
  test.each<[string, object]>([
    ['generationConfig.topK=5', { ...request, generationConfig: { topK: 5, temperature: 0 } }],
    ['generation_config.top_k=5', { ...request, generationConfig: { topK: 5, temperature: 0 } }],
    ['generationConfig.topK=null', { ...request, generationConfig: { temperature: 0 } }],
    [
      'generationConfig.speechConfig.voiceConfig={"a": [1]}',
      {
        ...request,
        generationConfig: { topK: 1, temperature: 0, speechConfig: { voiceConfig: { a: [1] } } },
      },
    ],
    ['contents[0].role="model"', { ...request, contents: [{ role: 'model', parts: [{ text: 'hi' }] }] }],
    [
      'contents[0].parts[0].text=a=b [c]',
      { ...request, contents: [{ role: 'user', parts: [{ text: 'a=b [c]' }] }] },
    ],
    [
      'contents[0].parts[1].text="5"',
      { ...request, contents: [{ role: 'user', parts: [{ text: 'hi' }, { text: '5' }] }] },
    ],
    ['contents.0.parts.0.text=x', { ...request, contents: [{ role: 'user', parts: [{ text: 'x' }] }] }],
    ['serviceTier=flex', { ...request, serviceTier: 'flex' }],
    ['cachedContent=', { ...request, cachedContent: '' }],
    ['labels["a.b"]=c', { ...request, labels: { 'a.b': 'c' } }],
    ['labels.cost_center=7x', { ...request, labels: { cost_center: '7x' } }],
    ['brand.new_thing[0].x=null', { ...request, brand: { new_thing: [{ x: null }] } }],
    [
      'safety_settings={"category": "C", "threshold": "T"}',
      { ...request, safetySettings: [{ category: 'C', threshold: 'T' }] },
    ],
  ])('%s', (assignment, expected) => {
    const before = structuredClone(request);
    expect(setPath(request, assignment)).toStrictEqual(expected);
    expect(request).toStrictEqual(before);
  });

  test.each([
    '',
    '=1',
    'a',
    'a.=1',
    '.a=1',
    'a..b=1',
    'a[=1',
    'a[x]=1',
    'a[-1]=1',
    'a["b]=1',
    'a[0]b=1',
    'a b=1',
    '__proto__.x=1',
    'labels["__proto__"].x=1',
    'labels.constructor.prototype.x=1',
    'labels={"a"',
    'contents[2].role=user',
    'contents[99999999999].role=user',
    'contents.role=user',
    'safetySettings.category=x',
    'contents[0].role.x=1',
    'generationConfig[0]=1',
    'generationConfig.seed.x=1',
    'generationConfig=5',
    'generationConfig.topK=many',
    'contents[0]=null',
  ])('refuses %s', (assignment) => {
    expect(() => setPath(request, assignment)).toThrow(UsageError);
  });

  test('any assignment is a UsageError or leaves the request given, and every prototype, as they were', () => {
    const before = JSON.stringify(request);
    const step = fc.oneof(
      fc.constantFrom(
        '.contents',
        '.parts',
        '[0]',
        '[1]',
        '.__proto__',
        '["constructor"]',
        '.x',
        '.generationConfig',
      ),
      fc.string(),
    );
    const assignment = fc
      .tuple(fc.array(step, { maxLength: 6 }), fc.oneof(fc.json(), fc.string()))
      .map(([steps, value]) => `${steps.join('').replace(/^\./, '')}=${value}`);
    fc.assert(
      fc.property(assignment, (typed) => {
        try {
          expect(Object.getPrototypeOf(setPath(request, typed))).toBe(Object.prototype);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
        expect(JSON.stringify(request)).toBe(before);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('a value set below any new names is found there again, and nothing else changed', () => {
    const name = fc.stringMatching(/^[a-z]{1,6}$/).filter((word) => word in Object.prototype === false);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (names, value) => {
        const path = ['xnew', ...names];
        const after = setPath<Record<string, unknown>>(request, `${path.join('.')}=${JSON.stringify(value)}`);
        const { xnew, ...rest } = after;
        const found = names.reduce<unknown>((place, key) => (place as Record<string, unknown>)[key], xnew);
        expect(JSON.stringify(found)).toBe(JSON.stringify(value));
        expect(rest).toStrictEqual(request);
      }),
    );
  });
});
