import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { developerModel, vertexModel } from '../../src/models/model-name.ts';

describe('model names', () => {
  it.each([
    ['gemini-3.8-flash', 'models/gemini-3.8-flash', 'publishers/google/models/gemini-3.8-flash'],
    ['models/gemini-1.0-pro', 'models/gemini-1.0-pro', 'publishers/google/models/gemini-1.0-pro'],
    ['tunedModels/mine', 'tunedModels/mine', 'publishers/tunedModels/models/mine'],
    ['meta/llama', 'meta/llama', 'publishers/meta/models/llama'],
    ['publishers/google/models/m', 'models/m', 'publishers/google/models/m'],
    [
      'projects/p/locations/l/endpoints/1',
      'projects/p/locations/l/endpoints/1',
      'projects/p/locations/l/endpoints/1',
    ],
    ['endpoints/123', 'endpoints/123', 'endpoints/123'],
  ])('%s → %s, %s', (given, developer, vertex) => {
    expect(developerModel(given)).toBe(developer);
    expect(vertexModel(given)).toBe(vertex);
  });

  it.each(['', '../x', 'a/../b', 'a?b', 'a&b', 'a#b', 'a b', '/a', 'a//b', 'a:b', 'a%2fb', 'a\nb'])(
    'refuses %j',
    (name) => {
      expect(() => developerModel(name)).toThrow(UsageError);
      expect(() => vertexModel(name)).toThrow(UsageError);
    },
  );

  it('never lets a name change the rest of the URL', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        let path: string;
        try {
          path = developerModel(name);
        } catch (error) {
          return error instanceof UsageError;
        }
        const url = new URL(`https://h/v1beta/${path}:generateContent`);
        return url.pathname === `/v1beta/${path}:generateContent` && url.search === '' && url.hash === '';
      }),
    );
  });
});
