import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AuthError, InputError, InterruptedError, PartialError, UsageError } from '../../../src/errors.ts';
import { findFfmpeg } from '../../../src/media/sound/ffmpeg.ts';
import { temporaryFolder } from '../../helpers/run-gemini.ts';
import { locateTimedMp3, locateTimedWav, timedMp3, writeTimedWav } from '../../helpers/timed-sound.ts';
import { withEmulator } from '../../helpers/with-emulator.ts';
import { runTranscribe } from './run-transcribe.ts';
import { pausesOf, spokenTruth } from './spoken.ts';

const SPEECH = resolve(import.meta.dirname, '../../fixtures/speech');
const MEDIA = resolve(import.meta.dirname, '../../fixtures/media');
const DIALOGUE = JSON.parse(readFileSync(join(SPEECH, 'dialogue.json'), 'utf8'));
const WAV = join(SPEECH, 'dialogue.wav');
const HEADER_BYTES = 44;
const RATE = 8000;
const told = { replies: [], transcripts: [{ segments: DIALOGUE.segments }] };

type Body = {
  contents: { parts: { text?: string; inlineData?: { mimeType: string }; videoMetadata?: object }[] }[];
  generationConfig?: Record<string, unknown>;
};
type Emulator = Awaited<ReturnType<typeof withEmulator>>;
const bodies = ({ requests }: Emulator) => requests.map(({ body }) => body as Body);
const partsOf = (body: Body | undefined) => body?.contents[0]?.parts ?? [];
const promptOf = (body: Body | undefined) =>
  partsOf(body)
    .map(({ text = '' }) => text)
    .join('');

describe('real speech', () => {
  it('with long silences is cut in them, and put together as it was said', async () => {
    const sound = readFileSync(WAV).subarray(HEADER_BYTES);
    const silence = (seconds: number) => Buffer.alloc(seconds * RATE, 128);
    const data = Buffer.concat([sound, silence(9), sound, silence(4), sound, silence(14), sound]);
    const header = Buffer.from(readFileSync(WAV).subarray(0, HEADER_BYTES));
    header.writeUInt32LE(data.length, 40);
    const path = join(temporaryFolder(), 'talk.wav');
    writeFileSync(path, Buffer.concat([header, data]));
    const offsets = [0, 9, 13, 27].map((silent, index) => (index * sound.length) / RATE + silent);
    const segments = offsets.flatMap((by) =>
      (DIALOGUE.segments as { start: number; end: number; text: string }[]).map((segment) => ({
        ...segment,
        start: segment.start + by,
        end: segment.end + by,
      })),
    );
    const locate = (bytes: Buffer) => {
      const piece = bytes.subarray(HEADER_BYTES);
      const at = data.indexOf(piece);
      return at < 0 ? undefined : { start: at / RATE, end: (at + piece.length) / RATE };
    };
    const emulator = await withEmulator({ replies: [], transcripts: [{ segments, locate }] });
    const { stdout, stderr, error } = await runTranscribe([path], {
      env: emulator.env,
      flags: { format: 'json', chunkSeconds: '40' },
    });
    expect({ stderr, error }).toEqual({ stderr: '', error: undefined });
    expect(emulator.requests.length).toBeGreaterThanOrEqual(3);
    const made = JSON.parse(stdout).segments as typeof segments;
    expect(made.map(({ text }) => text)).toEqual(segments.map(({ text }) => text));
    for (const [index, { start }] of made.entries())
      expect(start).toBeCloseTo(segments[index]?.start ?? 0, 1);
  });

  it('shows while it is transcribed, piece by piece', async () => {
    const truth = spokenTruth(150);
    const path = join(temporaryFolder(), 'talk.wav');
    writeTimedWav(path, 150, pausesOf(truth));
    const emulator = await withEmulator({
      replies: [],
      transcripts: [{ segments: truth, locate: locateTimedWav }],
    });
    const asked: number[] = [];
    const { stdout } = await runTranscribe([path], {
      env: emulator.env,
      flags: { chunkSeconds: '40', jobs: '1', speakers: false },
      onStdout: () => asked.push(emulator.requests.length),
    });
    expect(asked[0]).toBeLessThan(emulator.requests.length);
    expect(stdout.trimEnd().split('\n')).toEqual(truth.map(({ text }) => expect.stringContaining(text)));
  });
});

describe('a run that is interrupted', () => {
  it('is gone on with by the next one, which asks for nothing that was finished', async () => {
    const truth = spokenTruth(200);
    const folder = temporaryFolder();
    writeTimedWav(join(folder, 'talk.wav'), 200, pausesOf(truth));
    const stop = new AbortController();
    let asked = 0;
    const locate = (bytes: Buffer) => {
      asked += 1;
      if (asked === 3) stop.abort(new InterruptedError('SIGINT'));
      return locateTimedWav(bytes);
    };
    const emulator = await withEmulator({ replies: [], transcripts: [{ segments: truth, locate }] });
    const run = {
      cwd: folder,
      env: emulator.env,
      flags: { chunkSeconds: '60', jobs: '1', output: 'talk.txt' },
    };
    const first = await runTranscribe(['talk.wav'], { ...run, signal: stop.signal });
    expect(first.error).toBeInstanceOf(InterruptedError);
    expect(existsSync(join(folder, 'talk.txt'))).toBe(false);

    const second = await runTranscribe(['talk.wav'], run);
    expect(second.error).toBeUndefined();
    const inTwoRuns = asked;
    const whole = await runTranscribe(['talk.wav'], { ...run, flags: { chunkSeconds: '60' } });
    // The answer that was under way is lost.
    expect(asked - inTwoRuns).toBe(inTwoRuns - 1);
    expect(readFileSync(join(folder, 'talk.txt'), 'utf8')).toBe(whole.stdout);
  });
});

describe('MP3', () => {
  const path = join(temporaryFolder(), 'talk.mp3');
  const truth = spokenTruth(90);
  writeFileSync(path, timedMp3(90));

  it('is cut at frames where there is no ffmpeg', async () => {
    const emulator = await withEmulator({
      replies: [],
      transcripts: [{ segments: truth, locate: locateTimedMp3 }],
    });
    const { stdout, error } = await runTranscribe([path], {
      env: emulator.env,
      flags: { format: 'json', chunkSeconds: '40' },
    });
    expect(error).toBeUndefined();
    expect(emulator.requests).toHaveLength(3);
    expect(
      JSON.parse(stdout)
        .segments.map(({ text }: { text: string }) => text)
        .join(' '),
    ).toBe(truth.map(({ text }) => text).join(' '));
  });

  it('is sent whole, and asked about by time, where nobody may cut it', async () => {
    const emulator = await withEmulator({ replies: [], transcripts: [{ segments: truth }] });
    const flags = { format: 'json', chunkSeconds: '40', cutter: 'none' };
    const { stdout, error } = await runTranscribe([path], { env: emulator.env, flags });
    expect(error).toBeUndefined();
    expect(promptOf(bodies(emulator)[1])).toMatch(/only from 00:\d\d/);
    expect(
      JSON.parse(stdout)
        .segments.map(({ text }: { text: string }) => text)
        .join(' '),
    ).toBe(truth.map(({ text }) => text).join(' '));
  });
});

describe('what is asked', () => {
  it('of a part of a recording is that part alone, and its times are those of the whole', async () => {
    const truth = spokenTruth(90);
    const path = join(temporaryFolder(), 'talk.wav');
    writeTimedWav(path, 90, pausesOf(truth));
    const heard: unknown[] = [];
    const locate = (bytes: Buffer) => {
      const span = locateTimedWav(bytes);
      heard.push(span);
      return span;
    };
    const emulator = await withEmulator({ replies: [], transcripts: [{ segments: truth, locate }] });
    const run = { env: emulator.env, flags: { format: 'json' } };
    const { stdout, error } = await runTranscribe([`${path}#t=30,60`], run);
    expect(error).toBeUndefined();
    expect(heard).toEqual([{ start: 30, end: 60 }]);
    expect(JSON.parse(stdout).segments.map(({ start }: { start: number }) => start)).toEqual([
      30, 36, 42, 48, 54,
    ]);
    expect((await runTranscribe([`${path}#t=1:40`], run)).error).toBeInstanceOf(InputError);
    // Nobody here cuts this: it is asked for in words.
    await runTranscribe([`${join(MEDIA, 'tone.flac')}#t=0.1,0.3`], { ...run, flags: { repair: false } });
    expect(promptOf(bodies(emulator).at(-1))).toMatch(/only from 00:00/);
    expect(partsOf(bodies(emulator).at(-1))[0]).not.toHaveProperty('videoMetadata');
  });

  it('of a large recording that nobody may cut is uploaded once for all its pieces', async () => {
    const truth = spokenTruth(700);
    const path = join(temporaryFolder(), 'talk.mp3');
    writeFileSync(path, timedMp3(700));
    const emulator = await withEmulator({ replies: [], transcripts: [{ segments: truth }] });
    const flags = { cutter: 'none', chunkSeconds: '400', speakers: false };
    const { stdout, error } = await runTranscribe([path], { env: emulator.env, flags });
    expect(error).toBeUndefined();
    expect(stdout.trimEnd().split('\n')).toHaveLength(truth.length);
    const sent = emulator.requests.filter(({ path: place }) => place.includes('GenerateContent'));
    expect(sent).toHaveLength(2);
    for (const { body } of sent) {
      expect(partsOf(body as Body)[0]).toEqual({
        fileData: expect.objectContaining({ fileUri: expect.any(String) }),
      });
    }
    expect(emulator.requests.filter(({ path: place }) => place.includes('/upload/')).length).toBeLessThan(4);
  });

  it('has the wishes in it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'words.txt'), 'Ærøskøbing\n\nSvendborg\n');
    const emulator = await withEmulator(told);
    const { error } = await runTranscribe([WAV], {
      env: emulator.env,
      cwd: folder,
      flags: {
        ...{ speakerNames: 'Ann, Bob', language: 'en', translate: 'Danish', vocabulary: 'words.txt' },
        ...{ prompt: 'It is a radio show.', timestamps: 'word', seed: '7', set: ['labels={"team":"news"}'] },
      },
    });
    expect(error).toBeUndefined();
    const [body] = bodies(emulator);
    expect(promptOf(body)).toMatch(/Ann, Bob/);
    for (const wish of ['Danish', 'Ærøskøbing, Svendborg', 'It is a radio show.'])
      expect(promptOf(body)).toContain(wish);
    expect(body).toMatchObject({
      generationConfig: { seed: 7, responseMimeType: 'application/json' },
      labels: { team: 'news' },
    });
    expect(JSON.stringify(body?.generationConfig)).toContain('"words"');
    expect(partsOf(body)[0]?.inlineData?.mimeType).toBe('audio/wav');
  });

  it('is put in the words of a model of transcription, of a model without schemas, and of chat completions', async () => {
    const text = DIALOGUE.segments.map((segment: { text: string }) => segment.text).join(' ');
    for (const flags of [
      { model: 'gemini-3.5-transcribe' },
      { model: 'gemini-1.0-pro-002' },
      { model: 'some-model', backend: 'openai' },
    ]) {
      const emulator = await withEmulator(told);
      const base = flags.backend ? { baseUrl: `${emulator.url}/v1` } : {};
      const { stdout, stderr, error } = await runTranscribe([WAV], {
        env: flags.backend ? {} : emulator.env,
        flags: { ...flags, ...base, format: 'json' },
      });
      expect(error, `${flags.model} ${stderr}`).toBeUndefined();
      const { segments } = JSON.parse(stdout);
      expect(segments.map((segment: { text: string }) => segment.text).join(' ')).toBe(text);
      expect(segments[1].start).toBeCloseTo(DIALOGUE.segments[1].start, 0);
      expect(segments[1].speaker).not.toBe(segments[0].speaker);
    }
  });

  it('of a part of a video is asked by its times', async () => {
    const emulator = await withEmulator();
    const { stdout, error } = await runTranscribe([`${join(MEDIA, 'with-sound.mp4')}#t=1,2`], {
      env: emulator.env,
      flags: { format: 'json' },
    });
    expect(error).toBeUndefined();
    expect(partsOf(bodies(emulator)[0])[0]?.videoMetadata).toEqual({ startOffset: '1s', endOffset: '2s' });
    expect(JSON.parse(stdout).segments[0].start).toBeGreaterThanOrEqual(1);
  });

  it('of an address that the service reads is asked without its length', async () => {
    const emulator = await withEmulator();
    const { stdout, error } = await runTranscribe(['gs://bucket/talk.mp3'], {
      env: {},
      flags: { backend: 'vertex', project: 'p', baseUrl: emulator.url, tokenCommand: 'echo token' },
    });
    expect(error).toBeUndefined();
    expect(stdout).toContain('emulator');
    expect(bodies(emulator)[0]?.generationConfig).toMatchObject({ audioTimestamp: true });
  });

  it('has a summary and chapters made of the finished text', async () => {
    const overview = { summary: 'Ferries are late.', chapters: [{ start: '00:08', title: 'The pier' }] };
    const chunks = [
      {
        candidates: [
          { content: { role: 'model', parts: [{ text: JSON.stringify(overview) }] }, finishReason: 'STOP' },
        ],
      },
    ];
    const emulator = await withEmulator({ ...told, replies: [{ match: { body: '"summary"' }, chunks }] });
    const { stdout, error } = await runTranscribe([WAV], {
      env: emulator.env,
      flags: { format: 'json', summary: true, chapters: true },
    });
    expect(error).toBeUndefined();
    expect(JSON.parse(stdout)).toMatchObject({
      summary: 'Ferries are late.',
      chapters: [{ start: 8.02, title: 'The pier' }],
    });
    expect(partsOf(bodies(emulator)[1]).every(({ inlineData }) => inlineData === undefined)).toBe(true);
  });

  it('is shown and not sent with --dry-run and --plan', async () => {
    const emulator = await withEmulator();
    const dry = await runTranscribe([WAV], { env: emulator.env, flags: { dryRun: true } });
    expect(partsOf(JSON.parse(dry.stdout))).toHaveLength(2);
    const plan = await runTranscribe([WAV, join(MEDIA, 'tone.ogg')], {
      env: emulator.env,
      flags: { plan: true },
    });
    expect(plan.stdout).toMatch(/dialogue\.wav +audio\/wav +00:18 +1/);
    expect(emulator.requests).toEqual([]);
  });
});

describe('many recordings', () => {
  const folder = temporaryFolder();
  for (const name of ['a', 'b']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'Talk.wav'), Buffer.concat([readFileSync(WAV), Buffer.from(name)]));
  }
  writeFileSync(join(folder, 'broken.wav'), readFileSync(WAV).subarray(0, 5000));

  it('each have a file of their own; one that fails is told, and asked for again by the next run alone', async () => {
    const refusal = { error: { code: 400, message: 'No.', status: 'INVALID_ARGUMENT' } };
    const emulator = await withEmulator({ ...told, replies: [{ status: 400, body: refusal }] });
    const run = { cwd: folder, env: emulator.env, flags: { outputDir: 'out', format: 'vtt', jobs: '1' } };
    const { stdout, stderr, error } = await runTranscribe(['*/Talk.wav', 'broken.wav'], run);
    expect(error).toBeInstanceOf(PartialError);
    expect(stdout).toBe('');
    expect(stderr).toContain('No.');
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['Talk-2.vtt', 'broken.vtt']);

    const again = await withEmulator(told);
    const second = await runTranscribe(['*/Talk.wav', 'broken.wav'], { ...run, env: again.env });
    expect(second.error).toBeUndefined();
    expect(again.requests).toHaveLength(1);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['Talk-2.vtt', 'Talk.vtt', 'broken.vtt']);
    expect(readdirSync(join(folder, '.local/state/gemini-prompt/transcripts'))).toEqual([]);
  });

  it('are not all tried without a credential', async () => {
    const refusal = { error: { code: 401, message: 'Who are you?', status: 'UNAUTHENTICATED' } };
    const emulator = await withEmulator({ ...told, replies: [{ times: 'any', status: 401, body: refusal }] });
    const run = { cwd: folder, env: emulator.env, flags: { jobs: '1', fresh: true } };
    const { error } = await runTranscribe(['*/Talk.wav'], run);
    expect(error).toBeInstanceOf(AuthError);
    expect(emulator.requests).toHaveLength(1);
  });

  it('stand under their names in one stream of text, in order; the same one is asked about once', async () => {
    const emulator = await withEmulator(told);
    const run = { cwd: folder, env: emulator.env };
    const { stdout, error } = await runTranscribe(['b/Talk.wav', 'a/Talk.wav', 'b/Talk.wav'], run);
    expect(error).toBeUndefined();
    expect(stdout.match(/^==> .* <==$/gm)).toEqual([
      '==> b/Talk.wav <==',
      '==> a/Talk.wav <==',
      '==> b/Talk.wav <==',
    ]);
    expect(stdout.match(/Good morning/g)).toHaveLength(3);
    expect(emulator.requests).toHaveLength(2);
  });

  it.each([
    ['several in one file', ['a/Talk.wav', 'b/Talk.wav'], { output: 'all.srt' }, UsageError],
    ['several subtitles in one stream', ['a/Talk.wav', 'b/Talk.wav'], { format: 'srt' }, UsageError],
    ['a picture', [join(MEDIA, '50x30.jpg')], {}, InputError],
    ['a video without sound', [join(MEDIA, 'silent.mp4')], {}, InputError],
    [
      'words for a model that takes none',
      ['a/Talk.wav'],
      { model: 'gemini-3.5-transcribe', prompt: 'Hi' },
      UsageError,
    ],
    ['no number', ['a/Talk.wav'], { chunkSeconds: 'ten' }, UsageError],
  ])('%s cannot be, and nothing is sent', async (_, sources, flags, kind) => {
    const emulator = await withEmulator();
    const run = runTranscribe(sources, { cwd: folder, env: emulator.env, flags });
    const error = await run.then(
      (result) => result.error,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(kind);
    expect(emulator.requests).toEqual([]);
    expect(existsSync(join(folder, 'all.srt'))).toBe(false);
  });
});

const ffmpeg = await findFfmpeg(process.env);

describe('ffmpeg', () => {
  it.skipIf(!ffmpeg)(
    'takes the sound out of a video (skipped where it is not installed)',
    async () => {
      const emulator = await withEmulator();
      const { error } = await runTranscribe([join(MEDIA, 'with-sound.mp4')], {
        env: { ...emulator.env, PATH: process.env.PATH ?? '' },
      });
      expect(error).toBeUndefined();
      expect(partsOf(bodies(emulator)[0])[0]?.inlineData?.mimeType).toMatch(/^audio\/(mp3|mpeg)$/);
      // Started for the first time in a while, it may take its time.
    },
    60_000,
  );
});
