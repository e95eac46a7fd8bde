import type { Rule } from '../../transcript/check.ts';
import { clock } from '../../transcript/timecode.ts';
import type { Span } from '../../transcript/transcript.ts';
import type { MediumResult } from './transcribe-medium.ts';

/** One line on what was not as the model said it, if anything was not; and one on what a reader should know. */
export function reportOf(name: string, { pieces }: Pick<MediumResult, 'pieces'>): string[] {
  const counts = new Map<string, number>();
  for (const { mended } of pieces) {
    for (const [rule, count] of Object.entries(mended)) counts.set(rule, (counts.get(rule) ?? 0) + count);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const again = pieces.reduce((sum, { askedAgain }) => sum + askedAgain, 0);
  const words = [
    ...(total > 0
      ? [`mended ${[...counts].map(([rule, count]) => `${count} × ${RULES[rule as Rule]}`).join(', ')}`]
      : []),
    ...(again > 0 ? [`asked again about ${again === 1 ? '1 part' : `${again} parts`}`] : []),
  ];
  const silent = pieces.flatMap((piece) => piece.silent);
  return [
    ...(words.length > 0 ? [`${name}: ${words.join('; ')}`] : []),
    ...(silent.length > 0 ? [`${name}: nothing is said ${silent.map(spanWords).join(', ')}`] : []),
    ...(pieces.some(({ timed, segments }) => !timed && segments.length > 0)
      ? [`${name}: the model gave no times; those here are estimated`]
      : []),
  ];
}

const spanWords = ({ start, end }: Span) => `${clock(start)}–${clock(end)}`;

const RULES: Readonly<Record<Rule, string>> = {
  late: 'time beyond the end',
  reversed: 'end before start',
  disorder: 'out of order',
  overlap: 'overlap',
  loop: 'repeated phrase',
  words: 'words out of place',
  gap: 'gap',
  'early-stop': 'early stop',
};
