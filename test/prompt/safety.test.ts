import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { parseSafety } from '../../src/prompt/safety.ts';

describe('parseSafety', () => {
  test.each([
    ['hate-speech=none', 'HATE_SPEECH', 'BLOCK_NONE'],
    ['Sexual=OFF', 'SEXUALLY_EXPLICIT', 'OFF'],
    ['dangerous=high', 'DANGEROUS_CONTENT', 'BLOCK_ONLY_HIGH'],
    ['dangerous-content=only-high', 'DANGEROUS_CONTENT', 'BLOCK_ONLY_HIGH'],
    ['civic_integrity=medium', 'CIVIC_INTEGRITY', 'BLOCK_MEDIUM_AND_ABOVE'],
    ['HARM_CATEGORY_JAILBREAK=block_low_and_above', 'JAILBREAK', 'BLOCK_LOW_AND_ABOVE'],
    ['harassment=BLOCK_MED_AND_ABOVE', 'HARASSMENT', 'BLOCK_MEDIUM_AND_ABOVE'],
    ['image-hate=low', 'IMAGE_HATE', 'BLOCK_LOW_AND_ABOVE'],
  ])('%s', (value, category, threshold) => {
    expect(parseSafety([value])).toEqual([{ category: `HARM_CATEGORY_${category}`, threshold }]);
  });

  test('the last threshold of a category counts, also over all', () => {
    const settings = parseSafety(['all=none', 'harassment=low']);
    expect(settings).toHaveLength(4);
    expect(settings).toContainEqual({
      category: 'HARM_CATEGORY_HARASSMENT',
      threshold: 'BLOCK_LOW_AND_ABOVE',
    });
    expect(parseSafety(['harassment=low', 'all=off'])).not.toContainEqual(
      expect.objectContaining({ threshold: 'BLOCK_LOW_AND_ABOVE' }),
    );
  });

  test.each([
    ['hate-speach=none', 'hate-speech'],
    ['harassment=meduim', 'medium'],
    ['HARM_CATEGORY_HARASMENT=none', undefined],
    ['xyzzy=none', undefined],
    ['harassment', undefined],
    ['harassment=', undefined],
    ['=none', undefined],
    ['harassment=none=off', undefined],
    ['constructor=none', undefined],
    ['', undefined],
  ])('refuses "%s"', (value, meant) => {
    try {
      parseSafety([value]);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (meant !== undefined) expect(error.hint).toContain(meant);
      return;
    }
    expect.unreachable();
  });
});
