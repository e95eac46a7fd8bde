import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Option } from 'commander';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { declareProgram, type Launch, runCli } from '../../src/cli.ts';
import { type Context, createContext, loadUserFile } from '../../src/context.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { InterruptedError } from '../../src/errors.ts';
import { reportError } from '../../src/terminal/report-error.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { memoryOutput } from '../terminal/memory-output.ts';
import { EXIT_CODES } from './row.ts';

/** They would leave this machine, or start programs. */
const NOT_TRIED = ['--base-url', '--endpoint', '--proxy', '--token-command', '--tool', '--upload-to'];

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

/** Runs a command line as `main` does, with streams in memory. */
async function run(argv: readonly string[], stdin: string) {
  const home = temporaryFolder();
  writeFileSync(join(home, 'a.png'), 'no image');
  writeFileSync(join(home, 'a.json'), '{"contents":[{"parts":[{"text":"hello"}]}]}');
  const io = {
    stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
    stdout: memoryOutput(),
    stderr: memoryOutput(),
  };
  const env = { HOME: home, GEMINI_EMULATOR_HOST: `127.0.0.1:${emulator.port}` };
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new InterruptedError('SIGINT')), 2000);
  let launched: Launch | undefined;
  let context: Context | undefined;
  const userFile = await loadUserFile(env);
  const open = (launch: Launch) => {
    launched = launch;
    context = createContext({
      ...launch,
      io,
      env,
      cwd: home,
      signal: stop.signal,
      userFile,
      secrets: new Set(),
      interruptHandlers: [],
    });
    return context;
  };
  let code: number | string | undefined = 0;
  const before = process.exitCode;
  try {
    await runCli(argv, { io, env, open });
    // `doctor` and the like say so themselves.
    code = process.exitCode ?? 0;
  } catch (error) {
    code = await reportError(stop.signal.aborted ? stop.signal.reason : error, io, {
      format: launched?.format ?? 'text',
      debug: true,
    });
  } finally {
    clearTimeout(timer);
    process.exitCode = before;
    await context?.close();
  }
  return { code, stderr: io.stderr.text() };
}

it('any command line ends with one of the documented codes, and never with a fault of ours', async () => {
  const program = await declareProgram(
    {
      rest: [],
      env: {},
      openFor: () => {
        throw new Error('nothing runs');
      },
    },
    () => true,
  );

  const value = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        '1',
        '0',
        '-1',
        '1e999',
        'x',
        '',
        '-',
        '--',
        '@a.json',
        '@none',
        '@',
        'a.png',
        'a.json',
        'none.png',
        '*.png',
        'a.png#t=1,2&fps=0',
        'a.png#',
        'k=v',
        'k=',
        '=',
        'contents[0].role="model"',
        'a.b.c=[1',
        'name, age int',
        '{"type":"object"}',
        '{',
        '[',
        'low',
        'json',
        'jsonl',
        'always',
        'gs://b/o.png',
        'files/x',
        'data:text/plain,x',
        'http://127.0.0.1:1/x',
        'low=none',
        'list',
        'show',
        'status',
        'get',
        'set',
        'model',
        'bash',
        '\x1b[2J',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => !text.includes('\0')),
    },
  );
  const wordOf = ({ flags, long, short }: Option) => {
    const name = fc.constantFrom(...[long, short].filter((each) => each !== undefined && each !== null));
    if (!flags.includes('<')) return name.map((given) => [given]);
    return fc.oneof(
      { weight: 5, arbitrary: fc.tuple(name, value) },
      { weight: 1, arbitrary: fc.tuple(name, value).map(([given, text]) => [`${given}=${text}`]) },
      { weight: 1, arbitrary: name.map((given) => [given]) },
    );
  };
  const lines = [program, ...program.commands.flatMap((each) => [each, ...each.commands])].map((command) => {
    const path = command.parent && command.parent !== program ? [command.parent.name()] : [];
    const options = command.options.filter(({ long }) => !NOT_TRIED.includes(long ?? '')).map(wordOf);
    const word = fc.oneof(
      value.map((given) => [given]),
      ...options,
    );
    return fc
      .array(word, { maxLength: 6 })
      .map((words) => [...(command === program ? [] : [...path, command.name()]), ...words.flat()]);
  });
  const line = fc
    .oneof(...lines)
    // It runs until it is told to stop.
    .filter(([name = '']) => name !== 'emulate');
  await fc.assert(
    fc.asyncProperty(line, fc.constantFrom('', '', 'text', '{"a":'), async (argv, stdin) => {
      const { code, stderr } = await run(argv, stdin);
      expect(EXIT_CODES, `${JSON.stringify(argv)} ${stderr}`).toContain(code);
    }),
    // The same lines each time: what a random one finds belongs into this seed's place, not into somebody's build.
    {
      numRuns: Number(process.env.ARGV_RUNS ?? 50),
      seed: Number(process.env.ARGV_SEED ?? 9),
      endOnFailure: true,
    },
  );
}, 60_000);
