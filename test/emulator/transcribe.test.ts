import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadScript } from '../../src/emulator/script.ts';
import { LIE_KINDS } from '../../src/emulator/transcripts.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';
import { generate, inlineFile, prompt, textOf } from './ask-emulator.ts';

const SPEECH = resolve(import.meta.dirname, '../fixtures/speech');
const TRUTH: { seconds: number; segments: Said[] } = JSON.parse(
  readFileSync(join(SPEECH, 'dialogue.json'), 'utf8'),
);
const WAV = inlineFile(join(SPEECH, 'dialogue.wav'), 'audio/wav');

type Said = { start: number; end: number; text: string; speaker?: string };

const SEGMENT = {
  start: { type: 'number' },
  end: { type: 'number' },
  speaker: { type: 'string' },
  text: { type: 'string' },
};
const SCHEMA = {
  type: 'object',
  properties: { segments: { type: 'array', items: { type: 'object', properties: SEGMENT } } },
};
const asked = (
  config: object = { responseMimeType: 'application/json', responseJsonSchema: SCHEMA },
  ...parts: object[]
) => ({
  ...prompt(WAV, { text: 'Write down what is said.' }, ...(parts as Record<string, unknown>[])),
  generationConfig: config,
});
const saidIn = (text: string): Said[] => JSON.parse(text).segments;

describe('a request for a transcript', () => {
  it('is answered over the whole length, and plainly not by a model', async () => {
    const { url } = await withEmulator();
    const said = saidIn(textOf(await generate(url, asked())));
    expect(said[0]?.start).toBe(0);
    expect(said.at(-1)?.end).toBeCloseTo(TRUTH.seconds, 2);
    expect(said[0]?.text).toContain('emulator');
    for (const [index, { start }] of said.entries()) expect(start).toBeCloseTo(said[index - 1]?.end ?? 0, 2);
  });

  it('is answered from a script, in each form it is asked for in', async () => {
    const { url } = await withEmulator({ replies: [], transcripts: [{ segments: TRUTH.segments }] });
    expect(saidIn(textOf(await generate(url, asked())))).toEqual(TRUTH.segments);

    const lines = textOf(
      await generate(url, asked({}, { text: 'Use the format: timecode, speaker, caption.' })),
    );
    expect(lines.split('\n')).toHaveLength(TRUTH.segments.length);
    expect(lines).toContain(`[00:03.445] Bob: ${TRUTH.segments[1]?.text}`);

    const config = { audioTranscriptionConfig: { diarization: true, wordTimestamp: true } };
    const { candidates } = await generate(url, asked(config), 'v1beta/models/gemini-3.5-transcribe');
    const parts = candidates?.[0]?.content?.parts ?? [];
    expect(parts.map(({ audioTranscription }) => audioTranscription?.text)).toEqual(
      TRUTH.segments.map(({ text }) => text),
    );
    const words = parts.flatMap(({ audioTranscription }) => audioTranscription?.words ?? []);
    expect(words[0]).toMatchObject({ word: 'Good', startOffset: '0s' });
  });

  it('is answered for the part that it asks for', async () => {
    const { url } = await withEmulator({ replies: [], transcripts: [{ segments: TRUTH.segments }] });
    const [first] = saidIn(
      textOf(await generate(url, asked(undefined, { text: 'Only from 00:08 to 00:12, please.' }))),
    );
    expect(first).toEqual({ ...TRUTH.segments[2], start: 8.02 });
  });

  it('is no request for a transcript without a recording, or with another schema', async () => {
    const { url } = await withEmulator();
    const other = { type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } } };
    const answer = textOf(
      await generate(url, asked({ responseMimeType: 'application/json', responseJsonSchema: other })),
    );
    expect(JSON.parse(answer)).toEqual({ items: ['emulator'] });
    const { contents } = prompt({ text: 'timecode, speaker, caption' });
    expect(textOf(await generate(url, { contents }))).toContain('I received 1 part');
  });
});

describe('a lie', () => {
  it.each(LIE_KINDS)('%s is told once, and then the truth', async (kind) => {
    const transcript = { segments: TRUTH.segments, lies: [{ kind }] };
    const { url } = await withEmulator({ replies: [], transcripts: [transcript] });
    const lie = await generate(url, asked());
    const text = textOf(lie);
    if (kind === 'wrong-json' || kind === 'max-tokens') {
      expect(() => JSON.parse(text)).toThrow();
      expect(lie.candidates?.[0]?.finishReason).toBe(kind === 'wrong-json' ? 'STOP' : 'MAX_TOKENS');
    } else {
      expect(saidIn(text)).not.toEqual(TRUTH.segments);
      expect(lie.candidates?.[0]?.finishReason).toBe('STOP');
    }
    expect(saidIn(textOf(await generate(url, asked())))).toEqual(TRUTH.segments);
  });
});

describe('a script file', () => {
  const load = (transcripts: unknown) => {
    const path = join(temporaryFolder(), 'script.json');
    writeFileSync(path, JSON.stringify({ replies: [], transcripts }));
    return loadScript(path);
  };

  it('may hold transcripts, and what is wrong in them is named', async () => {
    const right = [{ sha256: 'ab', segments: TRUTH.segments, lies: [{ kind: 'loop', times: 'any', at: 3 }] }];
    expect((await load(right)).transcripts).toEqual(right);
    await expect(load([{ lies: [] }])).rejects.toThrow('transcripts[0].segments');
    await expect(load([{ segments: [{ start: 0, end: 1 }] }])).rejects.toThrow(
      'transcripts[0].segments[0].text',
    );
    await expect(load([{ segments: [], lies: [{ kind: 'white' }] }])).rejects.toThrow(
      'transcripts[0].lies[0].kind',
    );
  });
});
