import { appendFileSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import type { SessionRecord, TurnRecord } from '../../src/sessions/session-records.ts';
import { createSessionFold } from '../../src/sessions/session-records.ts';
import {
  createSession,
  isInUse,
  listSessions,
  openSession,
  readSession,
} from '../../src/sessions/session-store.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';

const options = (folder = temporaryFolder()) => ({ folder, note: () => {} });
const turn = (text: string, more: Partial<TurnRecord> = {}): TurnRecord => ({
  kind: 'turn',
  time: '2026-11-02T08:00:00.000Z',
  model: 'm',
  backend: 'emulator',
  contents: [
    { role: 'user', parts: [{ text }] },
    { role: 'model', parts: [{ text: `re: ${text}`, thoughtSignature: 'c2ln' }] },
  ],
  ...more,
});
const UNDO: SessionRecord = { kind: 'undo', time: '2026-11-02T08:00:00.000Z' };
const textsOf = (turns: readonly TurnRecord[]) => turns.map(({ contents }) => contents[0]?.parts[0]?.text);

describe('a session', () => {
  it('gives back what was written, for its owner alone', async () => {
    const place = options();
    const first = await openSession('rome', place);
    const turns = [turn('one'), turn('två ☕'), turn('three', { incomplete: 'interrupted' })];
    for (const each of turns) await first.append(each);
    await first.close();
    const again = await openSession('rome', place);
    expect(again.state.turns).toEqual(turns);
    await again.close();
    expect(statSync(first.path).mode & 0o777).toBe(0o600);
  });

  it('is open to one process at a time, and readable meanwhile', async () => {
    const place = options();
    const session = await openSession('rome', place);
    await session.append(turn('one'));
    const refusal = await openSession('rome', place).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InputError);
    expect(isInUse(refusal)).toBe(true);
    expect(String(refusal)).toContain(String(process.pid));
    expect((await readSession('rome', place)).turns).toHaveLength(1);
    await session.close();
  });

  it('without a name is called for its time, each another', async () => {
    const place = options();
    const time = new Date(2026, 10, 2, 8, 5, 9);
    const both = await Promise.all([createSession(time, place), createSession(time, place)]);
    expect(new Set(both.map(({ name }) => name)).size).toBe(2);
    for (const session of both) await session.close();
  });

  it('is listed with those used last first; empty ones are not', async () => {
    const place = options();
    for (const [name, seconds] of [
      ['old', 1000],
      ['new', 2000],
    ] as const) {
      writeFileSync(join(place.folder, `${name}.jsonl`), '{}\n');
      utimesSync(join(place.folder, `${name}.jsonl`), seconds, seconds);
    }
    writeFileSync(join(place.folder, 'empty.jsonl'), '');
    writeFileSync(join(place.folder, 'new.jsonl.lock'), '{}');
    writeFileSync(join(place.folder, '-no name.jsonl'), '{}');
    expect((await listSessions(place.folder)).map(({ name }) => name)).toEqual(['new', 'old']);
    expect(await listSessions(join(place.folder, 'nowhere'))).toEqual([]);
  });

  it('holds exactly its whole turns, wherever it was cut', async () => {
    const place = options();
    const short = (text: string): TurnRecord => ({
      ...turn(text),
      time: '',
      contents: [{ parts: [{ text }] }],
    });
    const session = await openSession('whole', place);
    const turns = [short('one'), short('☕')];
    for (const each of turns) await session.append(each);
    await session.close();
    const bytes = readFileSync(session.path);
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([index]) => index + 1);
    const checkCut = async (size: number) => {
      const name = `cut-${size}`;
      writeFileSync(join(place.folder, `${name}.jsonl`), bytes.subarray(0, size));
      const notes: string[] = [];
      const reopened = await openSession(name, { ...place, note: (line) => notes.push(line) });
      // A line that lacks only its end is whole.
      const whole = textsOf(turns.slice(0, ends.filter((end) => end <= size + 1).length));
      expect(textsOf(reopened.state.turns)).toEqual(whole);
      const torn = size > 0 && !ends.some((end) => end === size || end === size + 1);
      expect(notes).toHaveLength(torn ? 1 : 0);
      await reopened.append(short('after'));
      await reopened.close();
      expect(textsOf((await readSession(name, place)).turns)).toEqual([...whole, 'after']);
    };
    for (let size = 0; size <= bytes.length; size += 40) {
      const sizes = Array.from({ length: Math.min(40, bytes.length + 1 - size) }, (_, index) => size + index);
      await Promise.all(sizes.map(checkCut));
    }
  });

  it('takes no line of others for a turn', async () => {
    const place = options();
    const session = await openSession('odd', place);
    await session.append(turn('one'));
    await session.close();
    for (const line of [
      '{"kind":"turn"}',
      '{"kind":"turn","contents":[{"parts":"x"}]}',
      '{"kind":"turn","contents":[null]}',
      '{"kind":"settings","frame":[]}',
      '{"kind":"of a later version"}',
      'no json',
      '[]',
    ]) {
      appendFileSync(session.path, `${line}\n`);
    }
    const state = await readSession('odd', place);
    expect(textsOf(state.turns)).toEqual(['one']);
    expect(state.settings).toBeUndefined();
  });
});

describe('the records of a session', () => {
  it('come to what a list would be that turns are put on and taken from', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('turn' as const), text: fc.string(), again: fc.boolean() }),
      fc.record({ kind: fc.constant('undo' as const), text: fc.constant(''), again: fc.constant(false) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const fold = createSessionFold();
        const expected: string[] = [];
        for (const { kind, text, again } of steps) {
          fold.add({ ...(kind === 'undo' ? UNDO : turn(text, again ? { again: true } : {})) });
          if (kind === 'undo' || again) expected.pop();
          if (kind === 'turn') expected.push(text);
        }
        expect(textsOf(fold.state().turns)).toEqual(expected);
      }),
    );
  });
});
