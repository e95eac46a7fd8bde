import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { EXAMPLES, type RunOptions, runGemini, temporaryFolder } from '../helpers/run-gemini.ts';

/** An emulator, a home folder, and the program between them. */
async function world(options: { batchDelayMs?: number } = {}) {
  const emulator = await startEmulator({ record: true, batchDelayMs: 1, ...options });
  onTestFinished(() => emulator.close());
  const home = { XDG_STATE_HOME: temporaryFolder() };
  const run = (args: readonly string[], more: RunOptions = {}) =>
    runGemini(['batch', ...args], {
      ...more,
      env: { GEMINI_EMULATOR_HOST: `127.0.0.1:${emulator.port}`, ...home, ...more.env },
    });
  const state = join(home.XDG_STATE_HOME, 'gemini-prompt', 'batches');
  const created = () =>
    emulator.requests.filter(
      ({ method, path }) => method === 'POST' && /:batchGenerateContent$|batchPredictionJobs$/.test(path),
    );
  return { emulator, run, state, created };
}

type Line = {
  source: string;
  sha256?: string;
  text?: string;
  data?: unknown;
  error?: { message: string; exitCode: number };
};
const records = (stdout: string): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A folder of so many notes, named so that their order is not that of their numbers. */
function notes(count: number): { cwd: string; names: string[] } {
  const cwd = temporaryFolder();
  const names = Array.from({ length: count }, (_, index) => `note ${index}.txt`);
  for (const name of names) writeFileSync(join(cwd, name), `this is ${name}`);
  return { cwd, names: names.sort() };
}

const SERVICES: Record<string, { flags: string[]; job: RegExp; count: number; uploads: number }> = {
  // A photo stands in the request; the requests themselves are an upload too.
  developer: { flags: ['-b', 'developer'], job: /^batches\/[a-z0-9]+$/, count: 150, uploads: 2 },
  vertex: {
    flags: ['-b', 'vertex', '--project', 'p', '--location', 'us-central1', '--upload-to', 'gs://bucket/in'],
    job: /^projects\/p\/locations\/us-central1\/batchPredictionJobs\/\d+$/,
    count: 25,
    uploads: 3,
  },
};

describe.each(Object.entries(SERVICES))('gemini batch -b %s', (_name, { flags, job, count, uploads }) => {
  it('answers many files in three jobs, in their order, here and on another machine', async () => {
    const { run, created } = await world();
    const { cwd, names } = notes(count);
    const [most, rest] = [count * 0.4, count * 0.2];
    const submit = [
      'submit',
      ...flags,
      '*.txt',
      'missing.txt',
      '-p',
      'what is this',
      '--requests-per-job',
      String(most),
    ];
    const submitted = await run([...submit, '--format', 'json'], { cwd });
    // One input was not there; the others are submitted.
    expect(submitted.code).toBe(9);
    const batch = JSON.parse(submitted.stdout);
    expect(batch.jobs.map(({ requests }: { requests: number }) => requests)).toEqual([most, most, rest]);
    for (const { name } of batch.jobs) expect(name).toMatch(job);

    const again = await run(submit, { cwd });
    expect(again.stdout).toBe(`${batch.id}\n`);
    expect(again.stderr).toMatch(/already/);
    expect(created()).toHaveLength(3);

    const status = await run(['status', ...flags, '--wait', batch.id], { cwd });
    expect(status).toMatchObject({
      code: 0,
      stdout: `${batch.id}\tSUCCEEDED\t${count}\t${count}\t0\t3\tgemini-batch\n`,
    });

    const results = await run(['results', ...flags, batch.id, '--format', 'jsonl'], { cwd });
    expect(results.code).toBe(9);
    const lines = records(results.stdout);
    expect(lines.map(({ source }) => source)).toEqual([...names, 'missing.txt']);
    for (const { source, text, sha256 } of lines.slice(0, -1)) {
      expect(text).toContain(`"this is ${source}"`);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(lines.at(-1)?.error).toMatchObject({ exitCode: 3 });

    const elsewhere = { cwd, env: { XDG_STATE_HOME: temporaryFolder() } };
    const there = await run(['results', ...flags, batch.id, '--format', 'jsonl'], elsewhere);
    expect(there.code).toBe(0);
    expect(records(there.stdout).map(({ source, text }) => [source, text])).toEqual(
      lines.slice(0, -1).map(({ source, text }) => [source, text]),
    );
    const second = await run(['results', ...flags, batch.jobs[1].name, '--format', 'jsonl'], elsewhere);
    expect(records(second.stdout).map(({ source }) => source)).toEqual(names.slice(most, 2 * most));
  });

  it('uploads a large medium once, whatever the number of inputs that are the same', async () => {
    const { run, emulator } = await world();
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'a.txt'), 'word '.repeat(40_000));
    copyFileSync(join(EXAMPLES, 'coffee.jpg'), join(cwd, 'small.jpg'));
    const sources = ['a.txt', 'a.txt#mime=text/plain', 'small.jpg'];
    const submitted = await run(['submit', ...flags, ...sources], { cwd });
    expect(submitted).toMatchObject({ code: 0 });
    const id = submitted.stdout.trim();
    const results = await run(['results', ...flags, '--wait', id, '--format', 'jsonl'], { cwd });
    expect(results.code).toBe(0);
    const [first = '', second, photo] = records(results.stdout).map(({ text }) => text);
    expect(first).toMatch(/200\.0 kB.*uploaded as (gs|https):/);
    expect(second).toBe(first);
    expect(photo).toContain('600×400');
    const begun = emulator.requests.filter(
      ({ method, path, headers }) =>
        method === 'POST' &&
        path.startsWith('/upload/') &&
        (headers['x-goog-upload-command'] ?? 'start') === 'start',
    );
    expect(begun).toHaveLength(uploads);
  });
});

describe('gemini batch', () => {
  it('finds the job whose creation was never written down, and creates the one that was not', async () => {
    const { run, state, created } = await world();
    const { cwd } = notes(4);
    const submit = ['submit', '*.txt', '-p', 'what', '--requests-per-job', '2', '--format', 'json'];
    const first = JSON.parse((await run(submit, { cwd })).stdout);
    const [file = ''] = readdirSync(state);
    const log = join(state, file);
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    const jobLines = lines.filter((line) => /"type":"(trying|created)"/.test(line));
    expect(jobLines.map((line) => JSON.parse(line).type)).toEqual(['trying', 'created', 'trying', 'created']);

    // As a process leaves it that is killed right after the second job was created.
    writeFileSync(log, `${lines.slice(0, -1).join('\n')}\n`);
    expect(JSON.parse((await run(submit, { cwd })).stdout)).toEqual(first);
    expect(created()).toHaveLength(2);

    // And right before: nobody has the job.
    writeFileSync(log, `${lines.slice(0, -1).join('\n')}\n{"type":"cre`);
    const second = first.jobs[1].name;
    expect((await run(['status', '--wait', second])).code).toBe(0);
    expect((await run(['delete', second])).code).toBe(0);
    const third = JSON.parse((await run(submit, { cwd })).stdout);
    expect(created()).toHaveLength(3);
    expect(third.jobs[0]).toEqual(first.jobs[0]);
    expect(third.jobs[1].name).not.toBe(second);
  });

  const REQUESTS = [
    { key: 'b', request: { contents: [{ role: 'user', parts: [{ text: 'one\u2028line' }] }] } },
    { key: 'bad', request: { contents: [] } },
    { contents: [{ role: 'user', parts: [{ text: 'two' }] }] },
  ]
    .map((line) => JSON.stringify(line))
    .join('\n');

  it('has every format; what the service refused is an error among the records', async () => {
    const { run } = await world();
    const submitted = await run(['submit', '--requests', '-', '--name', 'mine'], { stdin: REQUESTS });
    expect(submitted).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{10}\n$/) });
    const id = submitted.stdout.trim();
    const json = await run(['results', '--wait', id, '--format', 'json']);
    expect(json.code).toBe(9);
    const all: Line[] = JSON.parse(json.stdout);
    expect(all).toMatchObject([
      { source: 'b', text: expect.stringContaining('one\u2028line'), finishReason: 'STOP' },
      { source: 'bad', error: { exitCode: 10, status: 400, message: expect.stringContaining('contents') } },
      { source: 'line 3 of stdin', text: expect.stringContaining('"two"') },
    ]);
    const text = await run(['results', id]);
    expect(text.stdout).toBe(
      all
        .map(
          ({ source, text: answer, error }) => `==> ${source} <==\n${answer ?? `error: ${error?.message}`}\n`,
        )
        .join('\n'),
    );
    expect(text.stderr).toMatch(/^gemini: 1 of 3 failed$/m);
    const csv = await run(['results', id, '--format', 'csv', '-o', 'out.csv'], { cwd: temporaryFolder() });
    expect(csv).toMatchObject({ code: 9, stdout: '' });
    const md = await run(['results', id, '--format', 'md']);
    expect(md.stdout.match(/^## .*$/gm)).toEqual(['## b', '## bad', '## line 3 of stdin']);
  });

  it('writes a file for each input, and a table that other programs read', async () => {
    const { run } = await world();
    const { cwd, names } = notes(3);
    const submitted = await run(['submit', '.', '--schema', 'name, size int'], { cwd });
    const id = submitted.stdout.trim();
    const files = ['--output-dir', 'out', '--sidecar', '.json', '-o', 'all.csv', '--format', 'csv'];
    expect(await run(['results', '--wait', id, ...files], { cwd })).toMatchObject({ code: 0, stdout: '' });
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(names.map((name) => `${name}.json`).sort());
    const rows: Record<string, string>[] = parse(readFileSync(join(cwd, 'all.csv')), { columns: true });
    expect(rows.map(({ source, data = '' }) => [source, Object.keys(JSON.parse(data))])).toEqual(
      names.map((name) => [`./${name}`, ['name', 'size']]),
    );
  });

  it('asks one question for each line of text, and removes what a killed run has left', async () => {
    const { run } = await world();
    const temporary = temporaryFolder();
    const env = { TMPDIR: temporary, TMP: temporary, TEMP: temporary };
    const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
    // No process has such a number; this one has its own.
    for (const pid of [99_999_999, process.pid])
      mkdirSync(join(temporary, `gemini-batch-${machine}-${pid}-abcdef`));
    const stdin = 'why is the sky blue\n\nand the sea\n';
    const submitted = await run(['submit', '--prompts', '-', '-p', 'be brief:'], { stdin, env });
    expect(readdirSync(temporary)).toEqual([`gemini-batch-${machine}-${process.pid}-abcdef`]);
    const results = await run(['results', '--wait', submitted.stdout.trim(), '--format', 'jsonl']);
    expect(records(results.stdout)).toMatchObject([
      { source: 'why is the sky blue', text: expect.stringMatching(/"be brief:".*"why is the sky blue"/) },
      { source: 'and the sea', text: expect.stringContaining('"and the sea"') },
    ]);
  });

  it('cancels what is not over, and says of each state what it means', async () => {
    const { run } = await world({ batchDelayMs: 60_000 });
    const { cwd } = notes(2);
    const id = (await run(['submit', '.', '-p', 'what'], { cwd })).stdout.trim();
    const early = await run(['results', id]);
    expect(early).toMatchObject({ code: 8, stdout: '', stderr: expect.stringContaining('not over yet') });
    expect(await run(['cancel', id])).toMatchObject({ code: 0 });
    expect((await run(['status', id])).stdout).toMatch(/\tCANCELLED\t/);
    expect(await run(['results', id])).toMatchObject({
      code: 8,
      stderr: expect.stringContaining('cancelled'),
    });
    expect((await run(['list'])).stdout).toMatch(new RegExp(`^batches/\\w+\\tCANCELLED\\t.*${id}\n$`));
    // What was cancelled can be submitted once more.
    const again = await run(['submit', '.', '-p', 'what', '--again'], { cwd });
    expect(again.stdout).toBe(`${id}-2\n`);
  });

  it('shows why a batch failed, and who has none', async () => {
    const { run, emulator } = await world();
    const upload = await runGemini(['files', 'upload', '--mime', 'application/jsonl', 'coffee.jpg'], {
      env: { GEMINI_EMULATOR_HOST: `127.0.0.1:${emulator.port}` },
    });
    const id = (await run(['submit', '--input-uri', upload.stdout.trim()])).stdout.trim();
    const failed = await run(['status', '--wait', id]);
    expect(failed).toMatchObject({ code: 10, stdout: expect.stringContaining('FAILED') });
    expect(failed.stderr).toMatch(/Line 1 of the input is not a JSON object/);
    expect(await run([])).toMatchObject({ code: 2, stderr: expect.stringContaining('gemini batch --help') });
    expect(await run(['submit', '--zzz'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('gemini batch submit --help'),
    });
    expect(await run(['results', '0123456789'])).toMatchObject({
      code: 10,
      stderr: expect.stringMatching(/hint:/),
    });
    const none = [
      ['-b', 'openai'],
      ['-b', 'gdc', '--endpoint', 'http://127.0.0.1:9'],
    ];
    for (const backend of none) {
      expect(await run(['list', ...backend])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('no batch engine'),
      });
    }
    const express = { GEMINI_EMULATOR_HOST: '', GOOGLE_API_KEY: 'k' };
    expect(await run(['list', '-b', 'vertex'], { env: express })).toMatchObject({ code: 2 });
    const vertex = ['submit', '-b', 'vertex', '--project', 'p'];
    expect(await run([...vertex, 'x.txt'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--upload-to gs://'),
    });
    const addresses = ['https://example.com/a.png', 'https://youtu.be/dQw4w9WgXcQ', '--url-mode', 'pass'];
    const dry = await run([...vertex, ...addresses, '--upload-to', 'gs://b/in', '--dry-run']);
    // A job of Vertex AI reads YouTube, and nothing else of the web.
    expect(dry.stdout.match(/"fileUri":"[^"]*"/g)).toEqual([
      '"fileUri":"https://www.youtube.com/watch?v=dQw4w9WgXcQ"',
    ]);
  });

  it('prints jobs of BigQuery without a network, and requests as they would be uploaded', async () => {
    const bigQuery = ['submit', '-b', 'vertex', '--project', 'p', '-m', 'gemini-3.8-flash', '--dry-run'];
    const uris = ['--input-uri', 'bq://p.d.in', '--output-uri', 'bq://p.d.out'];
    const job = await runGemini(['batch', ...bigQuery, ...uris]);
    expect(JSON.parse(job.stdout)).toEqual({
      displayName: 'gemini-batch ID',
      model: 'publishers/google/models/gemini-3.8-flash',
      inputConfig: { instancesFormat: 'bigquery', bigquerySource: { inputUri: 'bq://p.d.in' } },
      outputConfig: { predictionsFormat: 'bigquery', bigqueryDestination: { outputUri: 'bq://p.d.out' } },
    });
    const requests = await runGemini([
      'batch',
      'submit',
      '-b',
      'developer',
      'coffee.jpg',
      '-p',
      'what',
      '--dry-run',
    ]);
    const image = readFileSync(join(EXAMPLES, 'coffee.jpg')).toString('base64');
    expect(JSON.parse(requests.stdout)).toEqual({
      key: '#1 coffee.jpg',
      request: {
        contents: [
          {
            role: 'user',
            parts: [{ inlineData: { mimeType: 'image/jpeg', data: image } }, { text: 'what' }],
          },
        ],
      },
    });
  });
});
