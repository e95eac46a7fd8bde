import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PartialError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../helpers/run-gemini.ts';
import { answerTo, block, refuse, sha256, startAnswering } from './answering-server.ts';
import { picture, pictures } from './picture.ts';
import { recordsOf, runDescribe } from './run-describe.ts';

/** `npm run test:large` asks about 10,000; the faults are the same. A multiple of 80. */
const COUNT = Number(process.env.DESCRIBE_TEST_FILES ?? 800);

/** One in twenty has a fault, of four kinds in turn. */
const faultOf = (number: number) =>
  number % 20 === 7 ? (['429', '500', 'reset', 'blocked'] as const)[Math.floor(number / 20) % 4] : undefined;

describe('a run of thousands', () => {
  it('ends complete and exact though one request in twenty fails', async () => {
    const cwd = temporaryFolder();
    const names = pictures(join(cwd, 'in'), COUNT);
    const hashes = names.map((_, number) => sha256(picture(number)));
    const faults = new Map(hashes.map((hash, number) => [hash, faultOf(number)]));
    const server = await startAnswering(({ sha256: hash, before }, response) => {
      const fault = faults.get(hash);
      if (fault === 'blocked') return block(response);
      if (before > 0 || fault === undefined) return false;
      if (fault === '429') return refuse(response, 429, 'RESOURCE_EXHAUSTED', '0.005s');
      if (fault === '500') return refuse(response, 500, 'INTERNAL');
      response.socket?.resetAndDestroy();
      return true;
    });
    const run = await runDescribe(
      [...server.args, 'in', '-j', '32', '--format', 'jsonl', '-o', 'out.jsonl'],
      {
        env: server.env,
        cwd,
      },
    );
    const records = recordsOf(readFileSync(join(cwd, 'out.jsonl'), 'utf8'));
    expect(
      records.map(({ source, text, error }) => [source, text, (error as { kind: string } | undefined)?.kind]),
    ).toEqual(
      names.map((name, number) =>
        faultOf(number) === 'blocked'
          ? [`in/${name}`, undefined, 'blocked']
          : [`in/${name}`, answerTo(hashes[number] ?? ''), undefined],
      ),
    );
    expect(run.error).toBeInstanceOf(PartialError);
    expect(run.error?.message).toContain(`${COUNT / 80} of ${COUNT}`);
    // Each is asked once, and once more after a fault that passes.
    const twice = hashes.filter((hash) => (server.counts.get(hash) ?? 0) > 1);
    expect(twice).toEqual(
      hashes.filter((_, number) => ['429', '500', 'reset'].includes(faultOf(number) ?? '')),
    );
    expect(server.asked).toHaveLength(COUNT + twice.length);
    expect(server.most()).toBeLessThanOrEqual(32);
  }, 300_000);
});

describe('a refusal of one', () => {
  it('is a pause for all', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 30);
    const times: number[] = [];
    let pausedAt = Infinity;
    const server = await startAnswering((_, response) => {
      times.push(performance.now());
      if (times.length !== 9) return false;
      pausedAt = performance.now();
      return refuse(response, 429, 'RESOURCE_EXHAUSTED', '0.3s');
    });
    const { error } = await runDescribe([...server.args, '.', '-j', '4'], { env: server.env, cwd });
    expect(error).toBeUndefined();
    expect(times).toHaveLength(31);
    // Those that were under way when it came are through within a moment.
    const during = times.filter((time) => time > pausedAt + 100 && time < pausedAt + 290);
    expect(during).toEqual([]);
    expect(Math.max(...times)).toBeGreaterThan(pausedAt + 290);
  });
});

describe('a slow one', () => {
  it('does not hold the others, which are written in order all the same', async () => {
    const cwd = temporaryFolder();
    const names = pictures(cwd, 40);
    const slow = sha256(picture(0));
    let others = 0;
    let goOn = () => {};
    const allOthers = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const server = await startAnswering(async ({ sha256: hash }) => {
      if (hash === slow) await allOthers;
      else if (++others === names.length - 1) goOn();
      return false;
    });
    const run = await runDescribe([...server.args, '.', '-j', '2', '--format', 'jsonl'], {
      env: server.env,
      cwd,
    });
    expect(recordsOf(run.stdout).map(({ source }) => source)).toEqual(names.map((name) => `./${name}`));
  });
});
