// `npm run bench`: each figure as a ratio to a floor measured in the same run, beside its budget.
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, cpuTime, ENVIRONMENT, median, peakMemory } from './measure.js';

const { frame } = createRequire(import.meta.url)('./server.cjs');
const here = import.meta.dirname;
const BIN = join(here, '../bin/gemini.js');
const node = process.execPath;
const folder = mkdtempSync(join(tmpdir(), 'gemini-bench-'));
const server = spawn(node, [join(here, 'server.cjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = await new Promise((resolve) => server.stdout.once('data', (data) => resolve(Number(data))));
const base = `http://127.0.0.1:${port}`;
const env = { GEMINI_API_KEY: 'bench-key-not-a-secret' };

const floorScript = (name) => join(here, 'floors', name);
const ask = (model, ...args) => [
  node,
  BIN,
  'ask',
  '-b',
  'developer',
  '--base-url',
  base,
  '-m',
  `bench-${model}`,
  '--no-stdin',
  ...args,
];
const floorText = (model) => [
  node,
  floorScript('ask-text.cjs'),
  base,
  `bench-${model}`,
  'why is the sky blue',
];
const floorFile = (file) => [
  node,
  floorScript('post-file.cjs'),
  file,
  'image/jpeg',
  `${base}/v1beta/models/bench-text:streamGenerateContent?alt=sse`,
];

/** Enough of a picture to be taken for one. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000004000000040802000000269309290000000f', 'hex');

const rows = [];
const add = (figure, value, budget, note = '') => {
  rows.push({ figure, value, budget, within: value <= budget, note });
  process.stderr.write(`  ${figure}: ${value.toFixed(2)} (budget ${budget}) ${note}\n`);
};
const ms = ({ ours, floor }) => `${ours.toFixed(0)} ms / ${floor.toFixed(0)} ms`;

try {
  await start();
  await text();
  await media();
  await streams();
  await latency();
  await many();
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ node: process.version, cpus: cpus().length, rows }, null, 2)}\n`);
} else {
  process.stdout.write(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}\n\n`);
  process.stdout.write('| figure | measured | budget | |\n|---|---|---|---|\n');
  for (const { figure, value, budget, within, note } of rows) {
    process.stdout.write(
      `| ${figure} | ${value.toFixed(2)} | ${budget} | ${within ? '' : '**over** '}${note} |\n`,
    );
  }
}
if (process.argv.includes('--strict') && rows.some((row) => !row.within)) process.exitCode = 1;

async function start() {
  const nothing = [node, '-e', '0'];
  const version = await compare([node, BIN, '--version'], nothing, { runs: 20 });
  add('--version, wall / node -e 0', version.ratio, 1.3, ms(version));
  const help = await compare([node, BIN, '--help'], nothing, { runs: 20 });
  add('--help, wall / node -e 0', help.ratio, 1.8, ms(help));
}

async function text() {
  const ours = ask('text', 'why is the sky blue');
  const wall = await compare(ours, floorText('text'), { runs: 25, env });
  add('ask text, wall / floor', wall.ratio, 1.4, ms(wall));
  const first = await compare(ours, floorText('text'), { runs: 25, env, figure: 'firstByte' });
  add('ask text, first byte out / floor', first.ratio, 1.4, ms(first));
  add('ask text, peak memory (MiB)', await peakMemory(ours, { env }), 48);
}

async function media() {
  const file = (name, bytes) => {
    const path = join(folder, name);
    // A photograph, and zeros after its end.
    copyFileSync(join(here, '../examples/coffee.jpg'), path);
    truncateSync(path, bytes);
    return path;
  };
  const small = file('1mb.jpg', 1_000_000);
  const large = file('15mb.jpg', 15_000_000);
  const one = await compare(ask('text', '--image', small, 'what'), floorFile(small), { runs: 15, env });
  add('ask 1 MB image, wall / streamed floor', one.ratio, 1.5, ms(one));
  const fifteen = await compare(ask('text', '--image', large, 'what'), floorFile(large), { runs: 15, env });
  add('ask 15 MB image, wall / streamed floor', fifteen.ratio, 1.4, ms(fifteen));
  if (existsSync('/usr/bin/curl')) {
    const url = `${base}/v1beta/models/bench-text:streamGenerateContent?alt=sse`;
    const shell = [
      'sh',
      '-c',
      `(printf '{"contents":[{"parts":[{"inlineData":{"mimeType":"image/jpeg","data":"'; base64 -w0 ${large}; printf '"}}]}]}') > ${folder}/request.json; curl -s -d @${folder}/request.json ${url}`,
    ];
    const pair = await compare(ask('text', '--image', large, 'what'), shell, { runs: 15, env });
    add('ask 15 MB image, wall / base64 + curl', pair.ratio, 0.85, ms(pair));
  }
  const huge = file('500mb.jpg', 500_000_000);
  const inOne = ['--no-limits', '--upload', 'never'];
  if (existsSync('/usr/bin/curl')) {
    const pipe = ['sh', '-c', `base64 -w0 ${huge} | curl -s -T - -X POST ${base}/v1beta/models/bench-text:x`];
    const pair = await compare(ask('text', '--image', huge, 'what', ...inOne), pipe, { runs: 3, env });
    add('500 MB body, wall / base64 | curl -T -', pair.ratio, 1.15, ms(pair));
  }
  const baseline = await peakMemory(ask('text', 'why is the sky blue'), { env });
  const audio = file('18mb.jpg', 18_000_000);
  const more = await peakMemory(ask('text', '--image', audio, 'what'), { env });
  add('18 MB body, peak memory over text (MiB)', more - baseline, 8);
  for (const [name, bytes] of [
    ['200 MB', 200_000_000],
    ['500 MB', 500_000_000],
  ]) {
    truncateSync(huge, bytes);
    const peak = await peakMemory(ask('text', '--image', huge, 'what', ...inOne), { env, runs: 2 });
    add(`${name} body, peak memory over text (MiB)`, peak - baseline, 15);
  }
}

async function streams() {
  const events = await compare(
    ask('events', 'x'),
    [node, floorScript('parse-events.cjs'), `${base}/models/bench-events`],
    {
      runs: 7,
      env,
    },
  );
  add('100,000 events, wall / parse-only floor', events.ratio, 1.3, ms(events));
  add('200 MB of text, peak memory (MiB)', await peakMemory(ask('flood', 'x'), { env, runs: 2 }), 80);
  const slow = await peakMemory(ask('flood', 'x'), { env, runs: 1, slowReader: true });
  add('200 MB of text to a slow reader, peak memory (MiB)', slow, 80);
  const event = await compare(ask('event50', 'x'), ask('event10', 'x'), { runs: 5, env });
  add('one 50 MB event / one 10 MB event, wall', event.ratio, 6, ms(event));
}

/** From a chunk on the socket to its text on stdout: one process sends and reads, so one clock is enough. */
async function latency() {
  const sent = [];
  const local = createServer((request, response) => {
    request.resume();
    request.on('end', async () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let index = 0; index < 60; index++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        sent.push(performance.now());
        response.write(frame(`${index}\n`, index === 59));
      }
      response.end();
    });
  });
  await new Promise((resolve) => local.listen(0, '127.0.0.1', resolve));
  const child = spawn(
    node,
    [
      BIN,
      'ask',
      '-b',
      'developer',
      '--no-stdin',
      '--base-url',
      `http://127.0.0.1:${local.address().port}`,
      'x',
    ],
    {
      env: { ...ENVIRONMENT, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const delays = [];
  child.stdout.on('data', (data) => {
    const now = performance.now();
    for (const digits of data.toString().match(/\d+/g) ?? []) delays.push(now - sent[Number(digits)]);
  });
  await new Promise((resolve) => child.on('close', resolve));
  local.close();
  add('from socket to stdout, median (ms)', median(delays.slice(5)), 1);
}

/** Files for `describe`: PNGs of 4 by 4 pixels, as a server reads them, each with another comment. */
function makePictures(count) {
  const place = join(folder, `pictures-${count}`);
  mkdirSync(place);
  for (let index = 0; index < count; index++) {
    const name = `${String(index).padStart(6, '0')}.png`;
    writeFileSync(join(place, name), Buffer.concat([PNG, Buffer.from(name)]));
  }
  return place;
}

/** What one file of many costs: processor time, and memory that does not grow with their number. */
async function many() {
  const url = `${base}/v1beta/models/bench-whole:generateContent`;
  let runs = 0;
  // A journal of its own for each run: what is done is not asked again.
  const describe = (place) => [
    ...[node, BIN, 'describe', '-b', 'developer', '--base-url', base, '-m', 'bench-whole', place, '-q'],
    ...['--journal', join(folder, `journal-${runs++}.jsonl`)],
    ...['--format', 'jsonl', '-o', join(folder, 'records.jsonl')],
  ];
  const floor = (place) => [
    ...[node, floorScript('describe-loop.cjs'), place, url, '8', join(folder, 'floor.jsonl')],
  ];
  const place = makePictures(20_000);
  const pairs = [];
  for (let index = 0; index < 3; index++) {
    pairs.push([await cpuTime(describe(place), { env }), await cpuTime(floor(place), { env })]);
  }
  const perFile = (at) => (median(pairs.map((pair) => pair[at])) / 20_000).toFixed(3);
  add(
    'describe 20,000 files, CPU / bare request loop',
    median(pairs.map(([ours, bare]) => ours / bare)),
    1.6,
    `${perFile(0)} ms / ${perFile(1)} ms a file`,
  );
  const few = await peakMemory(describe(makePictures(2000)), { env, runs: 1 });
  const all = await peakMemory(describe(place), { env, runs: 1 });
  add('describe 20,000 files, peak memory over 2,000 (MiB)', all - few, 40);
}
