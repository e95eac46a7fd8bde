import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import SrtParser from 'srt-parser-2';
import { describe, expect, it } from 'vitest';
import { pausesOf, spokenTruth } from '../commands/transcribe/spoken.ts';
import { runGemini, startGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { locateTimedWav, type Span, writeTimedWav } from '../helpers/timed-sound.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const SPEECH = resolve(import.meta.dirname, '../fixtures/speech');
const DIALOGUE: { segments: { start: number; end: number; text: string; speaker: string }[] } = JSON.parse(
  readFileSync(join(SPEECH, 'dialogue.json'), 'utf8'),
);
/** Without ffmpeg, wherever it is installed. */
const NO_FFMPEG = { PATH: '' };

const HOUR = 3600;
const TRUTH = spokenTruth(HOUR);

describe('an hour of sound', () => {
  it('is transcribed to the same end when the run is killed three times, and no finished piece is sent again', async () => {
    const folder = temporaryFolder();
    writeTimedWav(join(folder, 'hour.wav'), HOUR, pausesOf(TRUTH));
    const sent: Span[] = [];
    let onSent = () => {};
    const locate = (bytes: Buffer) => {
      const span = locateTimedWav(bytes);
      if (span) sent.push(span);
      onSent();
      return span;
    };
    const emulator = await withEmulator({ replies: [], transcripts: [{ segments: TRUTH, locate }] });
    const run = (state: string) => {
      const args = ['transcribe', 'hour.wav', '-o', `${state}.json`, '-j', '2'];
      const env = { ...emulator.env, ...NO_FFMPEG, XDG_STATE_HOME: join(folder, state) };
      return startGemini(args, { cwd: folder, env });
    };
    const kept = (state: string) => keptSpans(join(folder, state, 'gemini-prompt', 'transcripts'));

    for (const killedAt of [2, 4, 6]) {
      const before = kept('killed');
      const sentBefore = sent.length;
      const child = run('killed');
      const ended = once(child, 'close');
      onSent = () => {
        if (sent.length - sentBefore === Math.max(2, killedAt - before.length)) child.kill('SIGKILL');
      };
      await ended;
      for (const span of sent.slice(sentBefore)) expect(before).not.toContainEqual(rounded(span));
    }
    const before = kept('killed');
    expect(before.length).toBeGreaterThanOrEqual(2);
    const sentBefore = sent.length;
    onSent = () => {};
    let peak = 0;
    const last = run('killed');
    onSent = () => {
      peak = Math.max(peak, peakMemory(last.pid));
    };
    const [code] = await once(last, 'close');
    expect(code).toBe(0);
    for (const span of sent.slice(sentBefore)) expect(before).not.toContainEqual(rounded(span));
    // Of a file of 14 MB, sent in pieces of 2.4 MB: no more than a run without any media.
    if (peak > 0) expect(peak).toBeLessThan(150);
    expect(kept('killed')).toEqual([]);

    onSent = () => {};
    const [whole] = await once(run('whole'), 'close');
    expect(whole).toBe(0);
    const transcript = readFileSync(join(folder, 'killed.json'), 'utf8');
    expect(transcript).toBe(readFileSync(join(folder, 'whole.json'), 'utf8'));
    const { segments } = JSON.parse(transcript) as { segments: { text: string }[] };
    const words = segments.flatMap(({ text }) => text.split(' '));
    expect(words).toEqual(TRUTH.flatMap(({ text }) => text.split(' ')));
    // Five runs of the program, on a machine that may have much else to do.
  }, 60_000);
});

describe('speech', () => {
  it('goes in by a pipe, and comes out as subtitles that others read', async () => {
    const emulator = await withEmulator({ replies: [], transcripts: [{ segments: DIALOGUE.segments }] });
    const folder = temporaryFolder();
    const stdin = readFileSync(join(SPEECH, 'dialogue.mp3'));
    const args = ['transcribe', '-', '--output-dir', folder, '--format', 'srt', '--no-speakers', '-u'];
    const { code, stdout, stderr } = await runGemini(args, { stdin, env: { ...emulator.env, ...NO_FFMPEG } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^tokens: \d+ in .*\n$/);
    expect(readdirSync(folder)).toEqual(['stdin.srt']);
    const cues = new SrtParser().fromSrt(readFileSync(join(folder, 'stdin.srt'), 'utf8'));
    const said = cues.map(({ text }) => text.replaceAll('\n', ' ')).join(' ');
    expect(said).toBe(DIALOGUE.segments.map(({ text }) => text).join(' '));
    expect(cues[0]?.startSeconds).toBe(0);
    expect(cues.at(-1)?.endSeconds).toBeLessThanOrEqual(DIALOGUE.segments.at(-1)?.end ?? 0);
  });
});

/** The spans of the pieces in a folder of kept transcripts. */
function keptSpans(folder: string): Span[] {
  if (!existsSync(folder)) return [];
  const logs = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const lines = logs.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  return lines.flatMap((line) => {
    try {
      return [rounded(JSON.parse(line).piece.span)];
    } catch {
      // The last one may be torn.
      return [];
    }
  });
}

function rounded({ start, end }: Span): Span {
  return { start: Math.round(start * 100) / 100, end: Math.round(end * 100) / 100 };
}

/** Megabytes; 0 where the system does not tell. */
function peakMemory(pid: number | undefined): number {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}
