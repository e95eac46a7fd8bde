import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { chunk, event, faults, HI, ROOT, type Row, STREAM_HEAD } from './row.ts';

const unix = process.platform === 'win32' ? 'Windows has neither sh nor these signals' : false;
const noFull = existsSync('/dev/full') ? false : 'there is no /dev/full';

/** A server that never ends its answer, and tells when its connection is closed. */
function endless() {
  let close: (at: number) => void = () => {};
  const closed = new Promise<number>((resolve) => (close = resolve));
  const server: NonNullable<Row['server']> = (socket) => {
    socket.write(`${STREAM_HEAD}\r\n${event(chunk('so far'))}`);
    const more = setInterval(() => socket.write(event(chunk(' more'))), 20);
    socket.on('close', () => {
      clearInterval(more);
      close(performance.now());
    });
  };
  return { server, closed };
}

function signalled(signal: NodeJS.Signals, exit: number): Row {
  const { server, closed } = endless();
  return {
    fault: `${signal} in mid-answer: what came is kept, and the connection closed within a second`,
    server,
    skip: unix,
    exit,
    stdout: /^so far( more)*\n?$/,
    meanwhile: async (child) => {
      await once(child.stdout ?? child, 'data');
      const sent = performance.now();
      child.kill(signal);
      expect((await closed) - sent).toBeLessThan(1000);
    },
    says: /^$/,
  };
}

function silent(): Row {
  let asked: () => void = () => {};
  const request = new Promise<void>((resolve) => (asked = resolve));
  return {
    fault: 'SIGINT while the service is silent',
    server: () => asked(),
    skip: unix,
    exit: 130,
    says: /^$/,
    seconds: 5,
    meanwhile: async (child) => {
      await request;
      child.kill('SIGINT');
    },
  };
}

function readerGone(): Row {
  const { server, closed } = endless();
  return {
    fault: 'a reader that goes away: silence, and the connection closed within a second',
    server,
    exit: 0,
    stdout: /^so far/,
    says: /^$/,
    meanwhile: async (child) => {
      await once(child.stdout ?? child, 'data');
      const gone = performance.now();
      child.stdout?.destroy();
      expect((await closed) - gone).toBeLessThan(1000);
    },
  };
}

faults('signals and readers', [
  signalled('SIGINT', 130),
  signalled('SIGTERM', 143),
  signalled('SIGHUP', 129),
  readerGone(),
  {
    fault: 'SIGINT in the wait before another try: at once',
    server: [{ status: 503, headers: { 'retry-after': '50' }, body: '' }],
    skip: unix,
    exit: 130,
    says: /^waiting 50 s[^\n]*\n$/,
    seconds: 5,
    meanwhile: async (child) => {
      await once(child.stderr ?? child, 'data');
      child.kill('SIGINT');
    },
  },
  silent(),
  {
    fault: 'stdin that stays open and silent is named after 3 s, and Ctrl-C still ends the run',
    command: ['ask', 'hello', '-b', 'emulator'],
    skip: unix,
    openStdin: true,
    exit: 130,
    says: /stdin/,
    meanwhile: async (child) => {
      await once(child.stderr ?? child, 'data');
      child.kill('SIGINT');
    },
  },
  {
    fault: 'a slow reader gets every byte',
    server: [{ chunks: [...Array.from({ length: 40 }, () => chunk('x'.repeat(65_536))), chunk('', 'STOP')] }],
    exit: 0,
    stdout: /^x{2621440}\n$/,
    meanwhile: async (child) => {
      child.stdout?.pause();
      await once(child.stdout ?? child, 'readable');
      child.stdout?.resume();
    },
  },
]);

const closedFd = (fault: string, redirection: string, more: Partial<Row> = {}): Row => ({
  fault,
  server: [HI],
  shell: `"$@" ${redirection}`,
  skip: unix,
  exit: 0,
  stdout: 'Hi\n',
  ...more,
});

faults('streams that are closed or full', [
  closedFd('stdin closed', '<&-'),
  closedFd('stderr closed', '2>&-'),
  closedFd('stdout on a full disk', '> /dev/full', {
    skip: unix || noFull,
    exit: 3,
    stdout: '',
    says: /no space left/,
  }),
  closedFd('stderr on a full disk, with something to say', '2> /dev/full', {
    skip: unix || noFull,
    args: ['--usage'],
  }),
  {
    fault: 'no prompt, and stdin closed',
    command: ['ask'],
    shell: '"$@" <&-',
    skip: unix,
    exit: 2,
  },
  { fault: 'no prompt, and nothing on stdin', command: ['ask'], exit: 2 },
]);

const small = temporaryFolder();
const old = join(small, 'old.txt');
writeFileSync(old, 'old');
const long = { chunks: [chunk('y'.repeat(100_000)), chunk('z'.repeat(100_000), 'STOP')] };

faults('files that cannot be written', [
  {
    fault: 'an output over the limit of its size: the old file stays',
    server: [long],
    args: ['-o', old],
    shell: 'ulimit -f 16 && exec "$@"',
    skip: unix,
    exit: 3,
    says: /old\.txt/,
    also: () => expect(readFileSync(old, 'utf8')).toBe('old'),
  },
  {
    fault: 'a broken answer is not published, and what came is beside it',
    server: [{ chunks: [chunk('Half', 'MAX_TOKENS')] }],
    args: ['-o', join(small, 'cut.txt')],
    exit: 8,
    also: () => expect(readFileSync(join(small, 'cut.txt.partial'), 'utf8')).toBe('Half\n'),
  },
  {
    fault: 'a folder in place of the output',
    command: ['ask', 'hello', '-b', 'emulator', '-o', small],
    exit: 3,
  },
  {
    fault: 'an output in a folder that is closed',
    command: ['ask', 'hello', '-b', 'emulator', '-o', join(small, 'x.txt')],
    uid: 65534,
    env: { HOME: '/nowhere' },
    skip: ROOT ? false : 'only root may become another user',
    exit: 3,
    says: /x\.txt/,
  },
]);

const disk = mountedDisk();
faults('a disk of 64 KiB', [
  {
    fault: 'is full in the middle of an output: the old file stays, what came is beside it',
    server: [long],
    args: ['-o', join(disk ?? '', 'a.txt')],
    skip: disk ? false : 'no file system may be mounted here',
    exit: 3,
    says: /no space left/,
    also: () => {
      expect(readFileSync(join(disk ?? '', 'a.txt'), 'utf8')).toBe('old');
      expect(readdirSync(disk ?? '')).toEqual(['a.txt', 'a.txt.partial']);
    },
  },
]);

/** A small file system in memory, where that is allowed. */
function mountedDisk(): string | undefined {
  const folder = join(small, 'disk');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  afterAll(() => void execFileSync('umount', ['-l', folder]));
  writeFileSync(join(folder, 'a.txt'), 'old');
  return folder;
}
