import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import type { ScriptedReply } from '../../src/emulator/script.ts';
import { BIN, cleanEnvironment, EXAMPLES } from '../helpers/run-gemini.ts';

/** Every code that `gemini help exit-codes` promises, without 1: that is a fault of ours in any row. */
export const EXIT_CODES = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 129, 130, 143];

const CANARY = 'canary-0123456789';

/** A secret in every place that the environment has for one; the key is the one that is sent. */
const SECRETS = {
  GEMINI_API_KEY: `${CANARY}-gemini`,
  OPENAI_API_KEY: `${CANARY}-openai`,
  GEMINI_GDC_TOKEN: `${CANARY}-gdc`,
  AWS_SECRET_ACCESS_KEY: `${CANARY}-aws`,
  HTTPS_PROXY: `http://user:${CANARY}-proxy@127.0.0.1:9`,
  HTTP_PROXY: `http://user:${CANARY}-proxy@127.0.0.1:9`,
  NO_PROXY: 'nowhere.invalid',
};

export type FaultRun = {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly milliseconds: number;
  /** Most memory that it held at once; 0 where that cannot be told. */
  readonly peakMiB: number;
  /** How many requests the server was sent. */
  readonly requests: number;
};

/** One fault of the catalogue: what happens, and what must come of it. */
export type Row = {
  readonly fault: string;
  /** What the emulator answers, each once and all of them; or what a server does with its bytes. */
  readonly server?: readonly ScriptedReply[] | ((socket: Socket, request: number) => void);
  /** What is done; `ask hello` unless given. */
  readonly does?: readonly string[];
  /** After that, and after the server's address. */
  readonly args?: readonly string[];
  /** In place of all that. */
  readonly command?: readonly string[];
  /** A line for sh that runs the program as `"$@"`, where the shell or a limit is the point. */
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly stdin?: string | Buffer;
  /** Stdin is a pipe that nobody writes to. */
  readonly openStdin?: boolean;
  /** Called with the child once it runs: to send signals, to read slowly. */
  readonly meanwhile?: (child: ChildProcess) => Promise<void> | void;
  readonly exit: number;
  /** All of stdout; nothing unless given. */
  readonly stdout?: string | RegExp;
  readonly says?: RegExp;
  readonly saysNot?: RegExp;
  /** The row may take so long; 10 s unless given. */
  readonly seconds?: number;
  readonly peakMiB?: number;
  readonly requests?: number;
  readonly also?: (run: FaultRun) => void;
  /** Why the row cannot be tried here. */
  readonly skip?: string | false;
};

/** Tries every row: what it says itself, and what no row may do. */
export function faults(kind: string, rows: readonly Row[]): void {
  describe.concurrent(kind, () => {
    for (const row of rows) {
      const name = `${row.fault}: exit ${row.exit}${row.skip ? ` (not here: ${row.skip})` : ''}`;
      it.skipIf(Boolean(row.skip))(name, () => tryRow(row), 30_000);
    }
  });
}

async function tryRow(row: Row): Promise<void> {
  const server = await serve(row.server ?? []);
  try {
    const run = await start(row, server);
    checkEnd(row, run);
    checkStderr(row, run);
    expect(`${run.stdout}${run.stderr}`, 'a secret').not.toContain('canary');
    if (row.says) expect(run.stderr).toMatch(row.says);
    if (row.saysNot) expect(run.stderr).not.toMatch(row.saysNot);
    if (row.peakMiB) expect(run.peakMiB, 'peak memory in MiB').toBeLessThan(row.peakMiB);
    if (row.requests !== undefined) expect(run.requests, 'requests').toBe(row.requests);
    row.also?.(run);
    expect(server.unused(), 'replies never used').toEqual([]);
  } finally {
    await server.close();
  }
}

function checkEnd(row: Row, run: FaultRun): void {
  const seen = { code: run.code, stdout: run.stdout.length < 10_000 ? run.stdout.toString() : 'much' };
  const { stdout = '' } = row;
  if (run.code === null) throw new Error(`hangs, or dies of a signal: ${JSON.stringify(seen)} ${run.stderr}`);
  expect(run.code, run.stderr).toBe(row.exit);
  expect(EXIT_CODES).toContain(run.code);
  if (typeof stdout !== 'string') expect(run.stdout.toString()).toMatch(stdout);
  else if (run.stdout.toString() !== stdout) expect(seen).toEqual({ code: row.exit, stdout });
}

/** Notes; then, of a failure, one line, its indented details and at most one hint. */
function checkStderr({ args = [] }: Row, { code, stderr }: FaultRun): void {
  expect(stderr, 'a stack trace or a warning of Node').not.toMatch(
    /^ +at .*:\d+|node:internal|internal error|\(node:\d+\)|Unhandled/m,
  );
  const lines = stderr.split('\n');
  const failed = code !== 0 && (code ?? 0) < 128;
  const asJson = args.includes('json') || args.includes('jsonl');
  const start = asJson ? '{"error":' : 'gemini: ';
  expect(lines.filter((line) => line.startsWith(start)).length, stderr).toBe(failed ? 1 : 0);
  expect(lines.filter((line) => line.startsWith('hint: ')).length, stderr).toBeLessThanOrEqual(1);
  // In a pipe bytes pass unchanged, but these are messages of ours.
  expect(stderr, 'controls').not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
}

/**
 * Tells on descriptor 3 how many KiB were held at most, at the very end. `maxRSS` would begin with what the process had
 * that started this one.
 */
const TELL_PEAK = `data:text/javascript,import{readFileSync,writeSync}from'node:fs';process.on('exit',()=>{writeSync(3,/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status','latin1'))[1])})`;

async function start(row: Row, server: Server): Promise<FaultRun> {
  const command = row.command ?? [
    ...(row.does ?? ['ask', 'hello']),
    '-b',
    'developer',
    '--base-url',
    server.url,
  ];
  const words = [process.execPath, BIN, ...command, ...(row.args ?? [])];
  const [program = '', ...args] = row.shell ? ['sh', '-c', row.shell, 'sh', ...words] : words;
  const began = performance.now();
  const child = spawn(program, args, {
    env: {
      ...cleanEnvironment({ ...SECRETS, ...row.env }),
      ...(row.peakMiB && existsSync('/proc/self/status') ? { NODE_OPTIONS: `--import=${TELL_PEAK}` } : {}),
    },
    cwd: row.cwd ?? EXAMPLES,
    ...(row.uid === undefined ? {} : { uid: row.uid }),
    stdio: [row.stdin === undefined && !row.openStdin ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [stdout, stderr, peak] = [collect(child.stdout), collect(child.stderr), collect(child.stdio[3])];
  child.stdin?.on('error', () => {});
  if (!row.openStdin) child.stdin?.end(row.stdin);
  const timer = setTimeout(() => child.kill('SIGKILL'), (row.seconds ?? 10) * 1000);
  const closed = once(child, 'close');
  await row.meanwhile?.(child);
  const [code] = await closed;
  clearTimeout(timer);
  return {
    code: typeof code === 'number' ? code : null,
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString(),
    milliseconds: performance.now() - began,
    peakMiB: Number(Buffer.concat(peak).toString()) / 1024,
    requests: server.requests(),
  };
}

function collect(stream: unknown): Buffer[] {
  const pieces: Buffer[] = [];
  (stream as Socket | null)?.on('data', (piece: Buffer) => pieces.push(piece)).on('error', () => {});
  return pieces;
}

type Server = {
  readonly url: string;
  requests(): number;
  unused(): readonly string[];
  close(): Promise<void>;
};

async function serve(does: NonNullable<Row['server']>): Promise<Server> {
  if (typeof does !== 'function') {
    const emulator = await startEmulator({ record: true, script: { strict: true, replies: does } });
    return {
      url: `http://127.0.0.1:${emulator.port}`,
      requests: () => emulator.requests.length,
      unused: () => emulator.unusedReplies(),
      close: () => emulator.close(),
    };
  }
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    // The questions of these rows are small: one comes in one piece.
    socket.on('data', () => does(socket, ++requests));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    requests: () => requests,
    unused: () => (requests === 0 ? ['all: nobody asked'] : []),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export const chunk = (text: string, finishReason?: string) => ({
  candidates: [
    { content: { role: 'model', parts: [{ text }] }, index: 0, ...(finishReason ? { finishReason } : {}) },
  ],
});

/** An event as the service writes it. */
export const event = (value: unknown) => `data: ${JSON.stringify(value)}\r\n\r\n`;

export const HI = { chunks: [chunk('Hi', 'STOP')] };

export const refusal = (code: number, status: string, details: readonly unknown[] = []) => ({
  status: code,
  body: { error: { code, status, message: `${status} in words`, details } },
});

/** The head of an event stream whose body follows, ended by the end of the connection. */
export const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n';

export const ROOT = process.getuid?.() === 0;
