import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProgress, progressText } from '../../src/terminal/progress.ts';
import { memoryOutput } from './memory-output.ts';

test('says how far it is, how fast, and how long it will take', () => {
  const facts = { sent: 450e6, total: 1.2e9, moved: 240e6, seconds: 20 };
  expect(progressText(facts)).toBe('37 %, 0.45 of 1.20 GB, 12.0 MB/s, 63 s left');
  // What an earlier run has sent says nothing of the speed, and a moment is no measure of it.
  expect(progressText({ ...facts, moved: 0 })).toBe('37 %, 0.45 of 1.20 GB');
  expect(progressText({ ...facts, seconds: 0.1 })).toBe('37 %, 0.45 of 1.20 GB');
  expect(progressText({ ...facts, seconds: 4000 })).toContain('60.0 kB/s, 4 h left');
});

test('is complete only when it is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e13 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (total, share) => {
        const sent = Math.floor(total * share);
        const text = progressText({ sent, total, moved: sent, seconds: 3 });
        expect(text.startsWith('100 %')).toBe(sent === total);
        expect(text).not.toMatch(/NaN|Infinity|undefined/);
      },
    ),
  );
  expect(progressText({ sent: 0, total: 0, moved: 0, seconds: 0 })).toMatch(/^100 %, 0\.00 of 0\.00 kB/);
});

test('shows nothing where stderr is no terminal', () => {
  const output = memoryOutput({ isTTY: false });
  const progress = createProgress(output, 'uploading talk.mp4');
  progress.update(0, 10);
  progress.update(10, 10);
  progress.stop();
  expect(output.text()).toBe('');
});
