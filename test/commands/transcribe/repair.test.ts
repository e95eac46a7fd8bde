import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EmulatorScript } from '../../../src/emulator/script.ts';
import { LIE_KINDS, type Lie, type SpokenSegment } from '../../../src/emulator/transcripts.ts';
import { BlockedError, IncompleteError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../helpers/run-gemini.ts';
import { locateTimedWav, writeTimedWav } from '../../helpers/timed-sound.ts';
import { withEmulator } from '../../helpers/with-emulator.ts';
import { runTranscribe } from './run-transcribe.ts';
import { pausesOf, spokenTruth } from './spoken.ts';

const SECONDS = 120;
const TRUTH = spokenTruth(SECONDS);
const FOLDER = temporaryFolder();
const WAV = join(FOLDER, 'talk.wav');
writeTimedWav(WAV, SECONDS, pausesOf(TRUTH));

const told = (lies: readonly Lie[], replies: EmulatorScript['replies'] = []): EmulatorScript => ({
  replies,
  transcripts: [{ segments: TRUTH, locate: locateTimedWav, lies }],
});
const segmentsOf = (json: string): SpokenSegment[] => JSON.parse(json).segments;
const wordsOf = (segments: readonly { text: string }[]) => segments.flatMap(({ text }) => text.split(' '));

/** The words as they were said, in order, each segment within so many seconds of where it was said. */
function expectTruth(json: string, seconds = 1.5): void {
  const segments = segmentsOf(json);
  expect(wordsOf(segments)).toEqual(wordsOf(TRUTH));
  for (const { start, end, text } of segments) {
    const said = TRUTH.find((each) => each.text.startsWith(text.slice(0, 20)));
    if (said) expect(Math.abs(start - said.start), text).toBeLessThanOrEqual(seconds);
    expect(end).toBeGreaterThan(start);
    expect(end).toBeLessThanOrEqual(SECONDS);
  }
}

describe.each([
  ['in one piece', '600'],
  ['in pieces', '70'],
])('a recording %s', (_, chunkSeconds) => {
  it.each(LIE_KINDS)('is transcribed truly though the model lies once: %s', async (kind) => {
    // Names that change in every answer are what the overlap of pieces is for.
    const times = kind === 'renamed' ? 'any' : 1;
    const emulator = await withEmulator(told([{ kind, times }]));
    const flags = { format: 'json', chunkSeconds };
    const { stdout, error } = await runTranscribe([WAV], { env: emulator.env, flags });
    expect(error).toBeUndefined();
    expectTruth(stdout);
    const speakers = new Set(segmentsOf(stdout).map(({ speaker }) => speaker));
    expect(speakers.size).toBe(2);
    expect(emulator.requests.length).toBeLessThanOrEqual(5);
  });
});

it('one answer may have a hole and times past the end: neither is forgotten over the other', async () => {
  const stamp = (seconds: number) =>
    `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;
  const segments = TRUTH.filter(({ start }) => start < 40 || start > 75).map((each) => {
    const late = each.start > 75 ? 60 : 0;
    return { ...each, start: stamp(each.start + late), end: stamp(each.end + late) };
  });
  const content = { role: 'model', parts: [{ text: JSON.stringify({ segments }) }] };
  const emulator = await withEmulator(
    told([], [{ chunks: [{ candidates: [{ content, finishReason: 'STOP' }] }] }]),
  );
  const flags = { format: 'json', chunkSeconds: '600' };
  const { stdout, error } = await runTranscribe([WAV], { env: emulator.env, flags });
  expect(error).toBeUndefined();
  expectTruth(stdout);
});

describe('a model that lies again and again', () => {
  it('has what it says of the rest kept, and what is wrong named: exit 8; the next run asks for that alone', async () => {
    const emulator = await withEmulator(told([{ kind: 'silent', times: 'any', at: 100 }]));
    const run = { env: emulator.env, cwd: FOLDER, flags: { chunkSeconds: '70', output: 'rest.json' } };
    const { error } = await runTranscribe(['talk.wav'], run);
    expect(error).toBeInstanceOf(IncompleteError);
    expect(error?.details.join()).toMatch(/early-stop|gap/);
    const said = wordsOf(segmentsOf(readFileSync(join(FOLDER, 'rest.json'), 'utf8')));
    expect(said.length).toBeGreaterThan(wordsOf(TRUTH).length / 2);
    expect(wordsOf(TRUTH)).toEqual(expect.arrayContaining(said));

    const honest = await withEmulator(told([]));
    const again = await runTranscribe(['talk.wav'], { ...run, env: honest.env });
    expect(again.error).toBeUndefined();
    expectTruth(readFileSync(join(FOLDER, 'rest.json'), 'utf8'));
    expect(honest.requests).toHaveLength(1);
  });

  it('and hears nothing leaves the file of an earlier run as it is', async () => {
    const emulator = await withEmulator({ replies: [], transcripts: [{ segments: [] }] });
    const output = join(FOLDER, 'old.txt');
    writeFileSync(output, 'old');
    const { error } = await runTranscribe([WAV], { env: emulator.env, flags: { output } });
    expect(error).toBeInstanceOf(IncompleteError);
    expect(readFileSync(output, 'utf8')).toBe('old');
  });

  it('is believed with --no-repair', async () => {
    const emulator = await withEmulator(told([{ kind: 'missing-middle' }]));
    const { stdout, error } = await runTranscribe([WAV], {
      env: emulator.env,
      flags: { format: 'json', repair: false },
    });
    expect(error).toBeUndefined();
    expect(segmentsOf(stdout).length).toBeLessThan(TRUTH.length);
    expect(emulator.requests).toHaveLength(1);
  });

  it('may be right that nothing is said: it is asked about that alone, and the reader is told', async () => {
    const music = TRUTH.filter(({ start }) => start < 60 || start >= 84);
    const emulator = await withEmulator({
      replies: [],
      transcripts: [{ segments: music, locate: locateTimedWav }],
    });
    const { stdout, stderr, error } = await runTranscribe([WAV], {
      env: emulator.env,
      flags: { format: 'json' },
    });
    expect(error).toBeUndefined();
    expect(wordsOf(segmentsOf(stdout))).toEqual(wordsOf(music));
    expect(stderr).toMatch(/nothing is said 00:59–01:24/);
    expect(emulator.requests).toHaveLength(2);
  });
});

describe('an answer that the network breaks off', () => {
  it('is gone on with where it ended', async () => {
    const emulator = await withEmulator(told([], [{ fault: { kind: 'close', afterBytes: 3000 } }]));
    const { stdout, error } = await runTranscribe([WAV], { env: emulator.env, flags: { format: 'json' } });
    expect(error).toBeUndefined();
    expectTruth(stdout);
    expect(emulator.requests).toHaveLength(2);
  });
});

describe('a refusal', () => {
  it('of one piece leaves the others: they are written, and its reason is the exit code', async () => {
    const blocked = { candidates: [{ finishReason: 'PROHIBITED_CONTENT' }] };
    const emulator = await withEmulator(told([], [{ times: 1, chunks: [blocked] }]));
    const { stdout, error } = await runTranscribe([WAV], {
      env: emulator.env,
      flags: { format: 'json', chunkSeconds: '70' },
    });
    expect(error).toBeInstanceOf(BlockedError);
    const words = wordsOf(segmentsOf(stdout));
    expect(words.length).toBeGreaterThan(50);
    expect(wordsOf(TRUTH).join(' ')).toContain(words.join(' '));
  });
});
