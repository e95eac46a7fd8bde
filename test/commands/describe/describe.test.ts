import { copyFileSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import {
  AuthError,
  BlockedError,
  IncompleteError,
  InputError,
  PartialError,
  UsageError,
} from '../../../src/errors.ts';
import { EXAMPLES, temporaryFolder } from '../../helpers/run-gemini.ts';
import { answer, answerTo, block, refuse, sha256, startAnswering } from './answering-server.ts';
import { picture, pictures } from './picture.ts';
import { recordsOf, runDescribe } from './run-describe.ts';

const MEDIA = join(import.meta.dirname, '../../fixtures/media');

describe('one input', () => {
  it('is described on stdout, asked as its kind is best asked', async () => {
    const { asked, env, args } = await startAnswering((_, response) => answer(response, 'A cup.\n\n'));
    const { stdout, error } = await runDescribe([...args, join(EXAMPLES, 'coffee.jpg')], { env });
    expect([stdout, error]).toEqual(['A cup.\n', undefined]);
    for (const name of ['with-sound.mp4', 'tone.mp3', '3-pages.pdf']) {
      await runDescribe([...args, join(MEDIA, name)], { env });
    }
    expect(new Set(asked.map(({ text }) => text)).size).toBe(4);
    // From the documents' own example for video.
    expect(asked[1]?.text).toContain('people say in the video');
  });

  it('has no journal: whoever asks twice wants two answers', async () => {
    const { asked, env, args } = await startAnswering();
    const cwd = temporaryFolder();
    pictures(cwd, 1);
    for (let times = 0; times < 2; times += 1) await runDescribe([...args, '000000.png'], { env, cwd });
    expect(asked).toHaveLength(2);
  });

  it('keeps the exit code of what went wrong with it, and what came of the answer', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 1);
    const { env, args } = await startAnswering(({ text }, response) =>
      text.includes('cut') ? answer(response, 'half of', 'MAX_TOKENS') : block(response),
    );
    const gone = await runDescribe([...args, 'gone.png'], { env, cwd });
    expect(gone.error).toBeInstanceOf(InputError);
    const blocked = await runDescribe([...args, '000000.png'], { env, cwd });
    expect(blocked.error).toBeInstanceOf(BlockedError);
    const cut = await runDescribe([...args, '000000.png', '-p', 'cut it'], { env, cwd });
    expect(cut.error).toBeInstanceOf(IncompleteError);
    expect(cut.stdout).toBe('half of\n');
    const nothing = await runDescribe([...args], { env, cwd });
    expect(nothing.error).toBeInstanceOf(UsageError);
  });
});

describe('the question', () => {
  it('is the person’s own, with a length and a language', async () => {
    const { asked, env, args } = await startAnswering();
    const cwd = temporaryFolder();
    pictures(cwd, 1);
    const ask = (...more: string[]) => runDescribe([...args, '000000.png', ...more], { env, cwd });
    await ask('--prompt', 'Which colour?', '--language', 'de', '--length', 'short');
    await ask('--alt-text');
    expect(asked[0]?.text).toMatch(/^Which colour\?.*one sentence.*German/s);
    expect(asked[1]?.text).toMatch(/alternative text.*125 characters/);
    expect((await ask('--length', 'endless')).error).toBeInstanceOf(UsageError);
  });

  it('has an answer by a schema, which is checked', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 3);
    const { env, args } = await startAnswering(({ sha256: hash }, response) =>
      answer(response, hash === sha256(picture(1)) ? '{"people":"many"}' : '{"people":2}'),
    );
    const run = await runDescribe([...args, '*.png', '--schema', 'people int', '--format', 'jsonl'], {
      env,
      cwd,
    });
    const [first, second, third] = recordsOf(run.stdout);
    expect([first?.data, third?.data]).toEqual([{ people: 2 }, { people: 2 }]);
    expect(second).toMatchObject({ text: '{"people":"many"}', error: { kind: 'incomplete', exitCode: 8 } });
    expect(run.error).toBeInstanceOf(PartialError);
  });

  it('comes from a template too', async () => {
    const { asked, env, args } = await startAnswering();
    const cwd = temporaryFolder();
    pictures(cwd, 1);
    mkdirSync(join(cwd, '.config/gemini-prompt/templates'), { recursive: true });
    const template = { parts: [{ text: 'Is there a $thing in it?' }], flags: { temperature: '0' } };
    writeFileSync(join(cwd, '.config/gemini-prompt/templates/find.json'), JSON.stringify(template));
    await runDescribe([...args, '000000.png', '-t', 'find', '--param', 'thing=cat'], { env, cwd });
    expect(asked[0]?.text).toBe('Is there a cat in it?');
  });
});

describe('many inputs', () => {
  it('give records in their order, in every format, whatever they are called', async () => {
    const cwd = temporaryFolder();
    const names = ['b "quoted", comma.png', 'B.png', 'a\nline.png', '=1+2.png', 'ä.png'];
    names.forEach((name, number) => {
      writeFileSync(join(cwd, name), picture(number));
    });
    const { env, args, asked } = await startAnswering();
    const run = async (format: string) => {
      const { stdout, error } = await runDescribe([...args, '*.png', '--format', format], { env, cwd });
      expect(error).toBeUndefined();
      return stdout;
    };
    const sorted = [...names].sort();
    const texts = sorted.map((name) => answerTo(sha256(readFileSync(join(cwd, name)))));
    const fields = (rows: Record<string, unknown>[]) => rows.map(({ source, text }) => [source, text]);
    const expected = sorted.map((name, index) => [name, texts[index]]);
    expect(fields(recordsOf(await run('jsonl')))).toEqual(expected);
    expect(fields(JSON.parse(await run('json')))).toEqual(expected);
    expect(fields(parse(await run('csv'), { columns: true }))).toEqual(expected);
    expect((await run('md')).match(/^## /gm)).toHaveLength(5);
    expect((await run('text')).match(/^seen /gm)).toHaveLength(5);
    // Only the first run has asked anything.
    expect(asked).toHaveLength(5);
    const [record] = recordsOf(await run('jsonl'));
    expect(record).toMatchObject({
      type: 'image/png',
      sha256: sha256(readFileSync(join(cwd, sorted[0] ?? ''))),
      finishReason: 'STOP',
      usage: { totalTokenCount: 15 },
      seconds: expect.any(Number),
    });
  });

  it('come from folders, patterns and lists, each once, and what cannot be described is left out of a folder', async () => {
    const cwd = temporaryFolder();
    pictures(join(cwd, 'in'), 2);
    writeFileSync(join(cwd, 'in/archive.zip'), Buffer.from('504b0304deadbeef', 'hex'));
    // Nothing to write may come first.
    copyFileSync(join(cwd, 'in/archive.zip'), join(cwd, 'in/000.zip'));
    writeFileSync(join(cwd, 'in/empty.png'), '');
    const { env, args } = await startAnswering();
    const sources = async (more: string[], stdin?: string) => {
      const run = await runDescribe([...args, '--format', 'jsonl', ...more], {
        env,
        cwd,
        ...(stdin !== undefined && { stdin }),
      });
      return {
        ...run,
        sources: recordsOf(run.stdout).map(({ source, sources: several }) => source ?? several),
      };
    };
    const both = ['in/000000.png', 'in/000001.png'];
    const folder = await sources(['in', 'in/*1.png']);
    expect(folder.sources).toEqual(both);
    expect(folder.stderr).toContain('archive.zip');
    expect((await sources(['--files-from', '-', '-0'], both.toReversed().join('\0'))).sources).toEqual(
      both.toReversed(),
    );
    writeFileSync(join(cwd, 'list.txt'), `${both.join('\r\n')}\n\nin/gone*.png\n`);
    const list = await sources(['--files-from', 'list.txt']);
    // A name in a list is no pattern.
    expect(list.sources).toEqual([...both, 'in/gone*.png']);
    expect(list.error).toBeInstanceOf(PartialError);
    expect((await sources(['in/*.png', '--group', '2'])).sources).toContainEqual(both);
    expect((await sources(['none/*.png'])).error).toBeInstanceOf(InputError);
  });

  it('record what is wrong with single ones and go on, with a summary by cause', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 4);
    const { env, args } = await startAnswering(({ sha256: hash }, response) => {
      if (hash === sha256(picture(1))) return block(response);
      if (hash === sha256(picture(2))) return refuse(response, 400, 'INVALID_ARGUMENT');
      return false;
    });
    const run = await runDescribe([...args, '0*.png', 'gone.png', 'gone too.png', '--format', 'jsonl'], {
      env,
      cwd,
    });
    expect(recordsOf(run.stdout).map(({ error }) => (error as { kind: string } | undefined)?.kind)).toEqual([
      undefined,
      'blocked',
      'refused',
      undefined,
      'input',
      'input',
    ]);
    expect(run.error).toBeInstanceOf(PartialError);
    expect(run.error?.exitCode).toBe(9);
    expect(run.error?.details).toHaveLength(3);
  });

  it('stop at once for what would befall all of them', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 200);
    const refused = await startAnswering((_, response) => refuse(response, 401, 'UNAUTHENTICATED'));
    const run = await runDescribe([...refused.args, '.', '-j', '4', '-o', 'out.jsonl'], { ...refused, cwd });
    expect(run.error).toBeInstanceOf(AuthError);
    expect(refused.asked.length).toBeLessThanOrEqual(4);
    const noModel = await startAnswering((_, response) => refuse(response, 404, 'NOT_FOUND'));
    expect((await runDescribe([...noModel.args, '.', '-j', '4'], { ...noModel, cwd })).error?.exitCode).toBe(
      10,
    );
    expect(noModel.asked.length).toBeLessThanOrEqual(4);
    const daily = await startAnswering((_, response) => refuse(response, 429, 'RESOURCE_EXHAUSTED', '7200s'));
    expect((await runDescribe([...daily.args, '.', '-j', '4'], { ...daily, cwd })).error?.exitCode).toBe(6);
    expect(daily.asked.length).toBeLessThanOrEqual(4);
    const down = await startAnswering((_, response) => refuse(response, 500, 'INTERNAL'));
    const broken = await runDescribe([...down.args, '.', '-j', '4', '--retries', '0'], { ...down, cwd });
    expect(broken.error?.exitCode).toBe(7);
    expect(down.asked.length).toBeLessThan(30);
    expect(readdirSync(cwd).filter((name) => name.startsWith('out.jsonl'))).toEqual([]);
  });
});

describe('a second run', () => {
  it('does only what is missing, changed, or asked otherwise', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 6);
    let broken = true;
    const { env, args, asked } = await startAnswering(({ sha256: hash }, response) =>
      broken && hash === sha256(picture(5)) ? block(response) : false,
    );
    const run = async (...more: string[]) => {
      const before = asked.length;
      const { stdout } = await runDescribe([...args, '.', '--format', 'jsonl', ...more], { env, cwd });
      return { asked: asked.length - before, records: recordsOf(stdout) };
    };
    const first = await run();
    expect(first.asked).toBe(6);
    expect((await run()).asked).toBe(0);
    // Touched is not changed.
    utimesSync(join(cwd, '000000.png'), 1, 1);
    expect((await run()).asked).toBe(0);
    writeFileSync(join(cwd, '000001.png'), picture(100));
    copyFileSync(join(cwd, '000002.png'), join(cwd, 'copy.png'));
    const changed = await run();
    expect(changed.asked).toBe(1);
    expect(changed.records.map(({ text }) => text).slice(0, 3)).toEqual(
      [0, 100, 2].map((number) => answerTo(sha256(picture(number)))),
    );
    expect(changed.records.at(-1)).toMatchObject({
      source: './copy.png',
      text: answerTo(sha256(picture(2))),
    });
    // A copy is no other content.
    expect((await run('-p', 'another question')).asked).toBe(6);
    expect((await run('--temperature', '0')).asked).toBe(6);
    expect((await run('-m', 'gemini-2.5-flash')).asked).toBe(6);
    broken = false;
    expect((await run()).asked).toBe(0);
    expect((await run('--retry-failed')).asked).toBe(1);
    expect((await run('--retry-failed')).records.every(({ error }) => error === undefined)).toBe(true);
    expect((await run('--fresh')).asked).toBe(6);
  });

  it('goes on from another folder, and two folders are two journals', async () => {
    const cwd = temporaryFolder();
    pictures(join(cwd, 'a'), 3);
    pictures(join(cwd, 'b'), 2);
    let other: ReturnType<typeof runDescribe> | undefined;
    const { env, args, asked } = await startAnswering(async ({ text }) => {
      if (!text.includes('first')) return false;
      other ??= runDescribe([...args, 'b', '--verbose'], { env: home, cwd });
      await other;
      return false;
    });
    const home = { ...env, HOME: cwd };
    const first = await runDescribe([...args, 'a', '-j', '1', '-p', 'first'], { env: home, cwd });
    const second = await other;
    expect([first.error, second?.error]).toEqual([undefined, undefined]);
    expect(second?.stderr).toContain(join(cwd, '.local/state'));
    const before = asked.length;
    const inside = await runDescribe([...args, '*.png', '-p', 'first'], { env: home, cwd: join(cwd, 'a') });
    expect(inside.stderr).toContain('3 of 3');
    expect(asked).toHaveLength(before);
  });

  it('is refused while the first one is under way', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 3);
    let second: ReturnType<typeof runDescribe> | undefined;
    const { env, args } = await startAnswering(async () => {
      second ??= runDescribe([...args, '.'], { env, cwd });
      await second;
      return false;
    });
    expect((await runDescribe([...args, '.'], { env, cwd })).error).toBeUndefined();
    const refused = await second;
    expect(refused?.error).toBeInstanceOf(InputError);
    expect(refused?.error?.message).toContain('in use');
  });

  it('goes on after Ctrl-C, which finishes what is under way', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 20);
    let press = () => {};
    const { env, args, asked } = await startAnswering(() => {
      if (asked.length === 3) press();
      return false;
    });
    const run = (...more: string[]) =>
      runDescribe([...args, '.', '-j', '2', '--format', 'jsonl', '-o', 'out.jsonl', ...more], {
        env,
        cwd,
        onInterruptible: (pressed) => {
          press = pressed;
        },
      });
    const stopped = await run();
    expect(stopped.error?.exitCode).toBe(130);
    expect(asked.length).toBeLessThan(8);
    expect(readdirSync(cwd)).not.toContain('out.jsonl');
    const before = asked.length;
    press = () => {};
    expect((await run()).error).toBeUndefined();
    // Nothing that was asked is asked again.
    expect(asked).toHaveLength(20);
    expect(before).toBeGreaterThanOrEqual(3);
    expect(recordsOf(readFileSync(join(cwd, 'out.jsonl'), 'utf8'))).toHaveLength(20);
  });
});

it('the same content is asked about once, however many files have it', async () => {
  const cwd = temporaryFolder();
  for (let number = 0; number < 40; number += 1)
    writeFileSync(join(cwd, `${number}.png`), picture(number % 2));
  const { env, args, asked } = await startAnswering(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return false;
  });
  const run = await runDescribe([...args, '.', '-j', '16', '--format', 'jsonl'], { env, cwd });
  expect(recordsOf(run.stdout).map(({ source, text }) => [source, text])).toEqual(
    readdirSync(cwd)
      .filter((name) => name.endsWith('.png'))
      .sort()
      .map((name) => [`./${name}`, answerTo(sha256(readFileSync(join(cwd, name))))]),
  );
  expect(asked).toHaveLength(2);
  // Nothing was done before.
  expect(run.stderr).toBe('');
});

describe('files of their own', () => {
  it('follow the question, but for those that somebody has changed', async () => {
    const cwd = temporaryFolder();
    pictures(join(cwd, 'in'), 2);
    copyFileSync(join(cwd, 'in/000000.png'), join(cwd, 'in/copy.png'));
    const { env, args } = await startAnswering(({ text }, response) => answer(response, `to ${text}`));
    const run = async (question: string) => {
      const { stderr } = await runDescribe([...args, 'in', '--sidecar', '.txt', '-p', question], {
        env,
        cwd,
      });
      const texts = ['000000', '000001', 'copy'].map((name) =>
        readFileSync(join(cwd, `in/${name}.png.txt`), 'utf8'),
      );
      return { stderr, texts };
    };
    for (const question of ['one', 'two', 'one']) {
      expect((await run(question)).texts).toEqual([
        `to ${question}\n`,
        `to ${question}\n`,
        `to ${question}\n`,
      ]);
    }
    writeFileSync(join(cwd, 'in/000001.png.txt'), 'better words');
    const again = await run('one');
    expect(again.texts[1]).toBe('better words');
    expect(again.stderr).toMatch(/1 file .*left/);
  });

  it('stand beside the inputs and are no inputs of the next run', async () => {
    const cwd = temporaryFolder();
    pictures(join(cwd, 'in'), 2);
    const { env, args, asked } = await startAnswering();
    for (let times = 0; times < 2; times += 1) {
      const { stdout, error } = await runDescribe([...args, 'in', '--sidecar', '.txt'], { env, cwd });
      expect([stdout, error]).toEqual(['', undefined]);
    }
    expect(asked).toHaveLength(2);
    expect(readdirSync(join(cwd, 'in'))).toEqual([
      '000000.png',
      '000000.png.txt',
      '000001.png',
      '000001.png.txt',
    ]);
    await runDescribe([...args, 'in/*.png', '--output-dir', 'out', '--sidecar', '.json', '-o', 'all.txt'], {
      env,
      cwd,
    });
    const record = JSON.parse(readFileSync(join(cwd, 'out/in/000001.png.json'), 'utf8'));
    expect(record.text).toBe(answerTo(sha256(picture(1))));
    expect(readFileSync(join(cwd, 'all.txt'), 'utf8')).toContain('==> in/000001.png <==');
    expect(
      (await runDescribe([...args, 'gs://b/c.png', '--sidecar', '.txt'], { env, cwd })).error,
    ).toBeInstanceOf(UsageError);
  });
});
