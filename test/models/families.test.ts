import { describe, expect, test } from 'vitest';
import { DEFAULT_MODEL } from '../../src/models/default-model.ts';
import { familyOf, MODEL_FAMILIES } from '../../src/models/families.ts';

describe('familyOf', () => {
  test.each([
    ['gemini-1.0-pro', 'gemini-1.0-pro'],
    ['gemini-pro', 'gemini-1.0-pro'],
    ['gemini-1.0-pro-001', 'gemini-1.0-pro-001'],
    ['gemini-1.0-pro-002', 'gemini-1.0-pro'],
    ['gemini-pro-vision', 'gemini-1.0-pro-vision'],
    ['gemini-1.0-pro-vision-001', 'gemini-1.0-pro-vision'],
    ['gemini-1.5-pro-preview-0409', 'gemini-1.5-pro'],
    ['models/gemini-2.5-pro-preview-05-06', 'gemini-2.5-pro'],
    ['publishers/google/models/gemini-2.5-flash-lite', 'gemini-2.5-flash-lite'],
    ['projects/p/locations/global/publishers/google/models/gemini-2.5-flash', 'gemini-2.5-flash'],
    ['google/gemini-3.1-pro-preview', 'gemini-3.1-pro'],
    [DEFAULT_MODEL, 'gemini-3.7-flash, gemini-3.8-flash'],
  ])('%s is of %s', (model, family) => {
    expect(familyOf(model)?.name).toBe(family);
  });

  test.each([
    'gemini-2.5-flash-image',
    'gemini-2.5-flash-preview-tts',
    'gemini-flash-latest',
    'gemini-9-pro',
    'tunedModels/gemini-1.0-pro',
    'publishers/other/models/gemini-2.5-pro',
    'endpoints/123',
    '',
  ])('"%s" is of none', (model) => {
    expect(familyOf(model)).toBeUndefined();
  });

  test('no model is of two families', () => {
    for (const { name } of MODEL_FAMILIES) {
      for (const id of name.split(', ')) {
        expect(MODEL_FAMILIES.filter(({ pattern }) => pattern.test(id)).map((row) => row.name)).toEqual([
          name,
        ]);
      }
    }
  });
});
