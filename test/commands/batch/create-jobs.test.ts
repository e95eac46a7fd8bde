import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BatchService } from '../../../src/backends/batches/batch-service.ts';
import { createJobs } from '../../../src/commands/batch/create-jobs.ts';
import { type Context, createContext } from '../../../src/context.ts';
import { RefusedError, UnavailableError } from '../../../src/errors.ts';
import { processIO } from '../../../src/terminal/io.ts';
import type { BatchJob } from '../../../src/wire/batches.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const NOTHING = { model: undefined, endTime: undefined, counts: {}, error: undefined, output: undefined };

/** A service whose answers to creations may be lost, with the jobs it has. */
function service(onCreate: (turn: number) => 'works' | 'lost' | 'fails' | 'refused') {
  const jobs: BatchJob[] = [];
  let turn = 0;
  const create: BatchService['create'] = async ({ displayName }) => {
    turn += 1;
    const how = onCreate(turn);
    const job = {
      ...NOTHING,
      name: `batches/${jobs.length + 1}`,
      displayName,
      state: 'PENDING',
      createTime: new Date().toISOString(),
    };
    if (how === 'refused') throw new RefusedError('no such model');
    if (how !== 'fails') jobs.unshift(job);
    if (how !== 'works') throw new UnavailableError('the connection was lost', { retryable: true });
    return job;
  };
  async function* list() {
    yield* jobs;
  }
  return { jobs, create, list, tries: () => turn };
}

const context: Context = createContext({
  io: processIO({}),
  env: {},
  cwd: '/',
  signal: new AbortController().signal,
  flags: {},
  userFile: () => undefined,
  secrets: new Set(),
  quiet: true,
  debug: false,
  interruptHandlers: [],
});

async function run(fake: ReturnType<typeof service>, tried?: string) {
  const steps: string[] = [];
  const creating = createJobs(context, {
    // Of a service nothing else is asked for here.
    service: fake as unknown as BatchService,
    log: {
      known: undefined,
      begin: async () => {},
      trying: async () => void steps.push('trying'),
      created: async (_part, job) => void steps.push(job),
      close: async () => {},
    },
    parts: [{ displayName: 'mine 0123456789', requests: 1, ...(tried && { tried }) }],
    model: 'm',
    output: () => undefined,
    input: async () => 'files/x',
  });
  const outcome = creating.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return { steps, outcome: await outcome };
}

it('writes down that it tries before it does, and the name after', async () => {
  const fake = service(() => 'works');
  expect(await run(fake)).toEqual({ steps: ['trying', 'batches/1'], outcome: ['batches/1'] });
});

it('does not create a second job when the answer to the first was lost', async () => {
  const fake = service(() => 'lost');
  expect(await run(fake)).toEqual({ steps: ['trying', 'batches/1'], outcome: ['batches/1'] });
  expect(fake.tries()).toBe(1);
});

it('tries again while there is no job, and gives up in the end', async () => {
  const later = service((turn) => (turn < 3 ? 'fails' : 'works'));
  expect((await run(later)).outcome).toEqual(['batches/1']);
  expect(later.tries()).toBe(3);
  const never = service(() => 'fails');
  expect((await run(never)).outcome).toBeInstanceOf(UnavailableError);
  const refused = service(() => 'refused');
  expect((await run(refused)).outcome).toBeInstanceOf(RefusedError);
  expect(refused.tries()).toBe(1);
});

it('takes the job of a run that was killed; one that came to nothing only if it was that run which made it', async () => {
  const fake = service(() => 'works');
  const made = { ...NOTHING, displayName: 'mine 0123456789', createTime: new Date().toISOString() };
  fake.jobs.push({ ...made, name: 'batches/old', state: 'FAILED' });
  expect((await run(fake, new Date().toISOString())).outcome).toEqual(['batches/old']);
  expect((await run(fake)).outcome).toEqual(['batches/2']);
  expect((await run(fake)).outcome).toEqual(['batches/2']);
  expect(fake.tries()).toBe(1);
});
