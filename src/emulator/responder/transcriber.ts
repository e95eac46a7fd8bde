import { createHash } from 'node:crypto';
import type { Lie, ScriptedTranscript, SpokenSegment, TimeSpan } from '../transcripts.ts';
import { LIES, type Told } from './lies.ts';

/** Knows what is said in recordings, from the script or by making it up, and remembers which lies were told. */
export type Transcriber = {
  /** The recordings have to be located, which needs their bytes. */
  readonly needsBytes: boolean;
  /** What is told of a recording; times are seconds from its start. */
  tell(recording: Heard): Told;
  /** The lies that were told less often than they should be. */
  unused(): string[];
};

export type Heard = {
  readonly bytes: Buffer | undefined;
  /** Length, if it is known. */
  readonly seconds: number | undefined;
  /** The part of it that is asked for, if it is not all. */
  readonly range: Partial<TimeSpan>;
};

/** @param transcripts the first that fits a recording is told; without one something is made up */
export function createTranscriber(transcripts: readonly ScriptedTranscript[] = []): Transcriber {
  const told = new Map<Lie, number>();
  let answers = 0;
  const nextLie = (lies: readonly Lie[], span: TimeSpan) =>
    lies.find((lie) => {
      const { at = span.start, times = 1 } = lie;
      const used = told.get(lie) ?? 0;
      return at >= span.start && at <= span.end && (times === 'any' || used < times);
    });
  return {
    needsBytes: transcripts.length > 0,
    tell({ bytes, seconds, range }) {
      const found = bytes && placeOf(bytes, seconds, transcripts);
      const place = found?.place ?? { start: 0, end: seconds ?? UNKNOWN_SECONDS };
      const span = {
        start: place.start + (range.start ?? 0),
        end: Math.min(place.end, place.start + (range.end ?? Number.POSITIVE_INFINITY)),
      };
      const all = found?.transcript.segments ?? madeUp(span);
      const honest: Told = { segments: within(all, span), share: 1, finishReason: 'STOP' };
      const lie = nextLie(found?.transcript.lies ?? [], span);
      answers += 1;
      if (lie) told.set(lie, (told.get(lie) ?? 0) + 1);
      const said = lie ? LIES[lie.kind](honest, span, answers) : honest;
      const relative = ({ start, end, ...segment }: SpokenSegment) => ({
        ...segment,
        start: Math.max(0, start - place.start),
        end: end - place.start,
      });
      return { ...said, segments: said.segments.map(relative) };
    },
    unused: () =>
      transcripts
        .flatMap(({ lies = [] }) => lies)
        .filter((lie) => (told.get(lie) ?? 0) < (lie.times === 'any' ? 1 : (lie.times ?? 1)))
        .map(({ kind }) => `the lie ${kind}`),
  };
}

/** Where nothing tells how long a recording is. */
const UNKNOWN_SECONDS = 30;

function placeOf(
  bytes: Buffer,
  seconds: number | undefined,
  transcripts: readonly ScriptedTranscript[],
): { transcript: ScriptedTranscript; place: TimeSpan } | undefined {
  for (const transcript of transcripts) {
    const { sha256, locate, segments } = transcript;
    if (sha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== sha256.toLowerCase())
      continue;
    const place = locate ? locate(bytes) : { start: 0, end: seconds ?? segments.at(-1)?.end ?? 0 };
    if (place) return { transcript, place };
  }
  return undefined;
}

/** What is said in a span; a segment that reaches over its border is heard in part. */
function within(segments: readonly SpokenSegment[], span: TimeSpan): SpokenSegment[] {
  return segments.flatMap((segment) => {
    const start = Math.max(segment.start, span.start);
    const end = Math.min(segment.end, span.end);
    if (end <= start) return [];
    const words = segment.text.split(' ');
    const wordSeconds = (segment.end - segment.start) / words.length;
    const first = Math.ceil((start - segment.start) / wordSeconds - 0.5);
    const last = Math.floor((end - segment.start) / wordSeconds + 0.5);
    const heard = words.slice(Math.max(0, first), last).join(' ');
    return heard === '' ? [] : [{ ...segment, text: heard, start, end }];
  });
}

const SEGMENT_SECONDS = 6;
const SENTENCES = [
  'This is the gemini emulator, not a model, and it hears nothing.',
  'What you read here was made up to fill the time.',
  'A model would write down what is said.',
  'The times are those of the recording.',
  'Two voices take turns in it.',
  'Every line lasts a few seconds.',
  'None of these words was spoken.',
  'They are for trying things out without an account.',
];

/** Plainly nobody's words, over the whole length. */
function madeUp({ start, end }: TimeSpan): SpokenSegment[] {
  const count = Math.max(1, Math.round((end - start) / SEGMENT_SECONDS));
  const length = (end - start) / count;
  return Array.from({ length: count }, (_, index) => ({
    start: start + index * length,
    end: start + (index + 1) * length,
    speaker: `Speaker ${(index % 2) + 1}`,
    language: 'en',
    text: `(${index + 1} of ${count}) ${SENTENCES[index % SENTENCES.length]}`,
  }));
}
