import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { chunk, event, faults, type Row, STREAM_HEAD } from './row.ts';

const MIB = 1024 * 1024;
const NO_RETRIES = ['--retries', '0'];

/** Sends the same bytes again and again, as fast as they are taken. */
function flood(head: string | Buffer, bytes: Buffer, times = Infinity): NonNullable<Row['server']> {
  return (socket) => {
    socket.write(head);
    let left = times;
    const more = () => {
      while (left > 0 && !socket.destroyed) {
        left -= 1;
        if (!socket.write(bytes)) return;
      }
      socket.end();
    };
    socket.on('drain', more);
    more();
  };
}

/** One event of a text of so many bytes. */
function huge(bytes: number): NonNullable<Row['server']> {
  return (socket: Socket) => {
    const [before = '', after = ''] = event(chunk('@', 'STOP')).split('@');
    socket.write(`${STREAM_HEAD}\r\n${before}`);
    const piece = Buffer.alloc(MIB, 'a');
    for (let left = bytes; left > 0; left -= piece.length) socket.write(piece.subarray(0, left));
    socket.end(after);
  };
}

const nested = (levels: number) =>
  `data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}}]},"finishReason":"STOP"}]}\n\n`;
const thought = { candidates: [{ content: { parts: [{ text: 'hm '.repeat(2000), thought: true }] } }] };
const page = Buffer.alloc(MIB, '<p>words</p>\n');

faults('a hostile server', [
  {
    fault: 'an event without an end',
    server: flood(`${STREAM_HEAD}\r\ndata: `, Buffer.alloc(MIB, 'a')),
    args: NO_RETRIES,
    exit: 7,
    says: /64 MiB/,
    peakMiB: 350,
  },
  {
    fault: 'an event without an end, after text',
    server: flood(`${STREAM_HEAD}\r\n${event(chunk('Half'))}data: `, Buffer.alloc(MIB, 'a')),
    exit: 8,
    stdout: 'Half\n',
    peakMiB: 350,
  },
  {
    fault: 'JSON without an end',
    server: flood('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"a":"', Buffer.alloc(MIB, 'a')),
    args: NO_RETRIES,
    exit: 7,
    peakMiB: 350,
  },
  {
    fault: 'one event of 60 MiB',
    server: huge(60 * MIB),
    exit: 0,
    stdout: `${'a'.repeat(60 * MIB)}\n`,
    seconds: 25,
    peakMiB: 600,
  },
  {
    fault: 'headers without an end',
    server: flood('HTTP/1.1 200 OK\r\n', Buffer.alloc(MIB, 'a: b\r\n')),
    args: NO_RETRIES,
    exit: 7,
    peakMiB: 120,
  },
  {
    fault: 'an error page without an end',
    server: flood('HTTP/1.1 500 No\r\ncontent-type: text/html\r\n\r\n<title>Down</title>', page),
    args: NO_RETRIES,
    exit: 7,
    says: /Down/,
    saysNot: /words/,
    peakMiB: 120,
  },
  {
    fault: 'a web page without an end, with 200',
    server: flood('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html><title>In</title>', page),
    args: NO_RETRIES,
    exit: 7,
    peakMiB: 120,
  },
  {
    fault: 'a bomb in gzip',
    server: (socket) => {
      socket.write(`${STREAM_HEAD}content-encoding: gzip\r\n\r\n`);
      socket.end(
        gzipSync(Buffer.concat([Buffer.from('data: '), Buffer.alloc(200 * MIB, 'a')]), { level: 1 }),
      );
    },
    args: NO_RETRIES,
    exit: 7,
    peakMiB: 350,
  },
  {
    fault: '60 MiB of thoughts, and no answer',
    server: flood(`${STREAM_HEAD}\r\n`, Buffer.from(event(thought).repeat(170)), 60),
    exit: 8,
    peakMiB: 200,
  },
  {
    fault: 'an error of 30,000 levels',
    server: (socket) =>
      socket.end(
        `HTTP/1.1 400 No\r\nconnection: close\r\n\r\n{"error":{"code":400,"details":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`,
      ),
    args: ['--format', 'json'],
    exit: 10,
    peakMiB: 200,
  },
  ...['text', 'json', 'jsonl'].map(
    (format): Row => ({
      fault: `JSON of 200,000 levels, shown as ${format}`,
      server: (socket) => socket.end(`${STREAM_HEAD}\r\n${nested(200_000)}`),
      args: ['--format', format, ...NO_RETRIES],
      exit: 7,
      stdout: '',
      peakMiB: 350,
    }),
  ),
  {
    fault: 'an error of 200,000 levels',
    server: (socket) =>
      socket.end(
        `HTTP/1.1 400 No\r\nconnection: close\r\n\r\n{"error":{"code":400,"details":${'['.repeat(200_000)}`,
      ),
    exit: 10,
    peakMiB: 200,
  },
]);

faults('memory', [
  {
    fault: 'an answer that only stays alive',
    server: (socket) => {
      socket.write(`${STREAM_HEAD}\r\n`);
      setTimeout(() => socket.end(event(chunk('Hi', 'STOP'))), 500);
    },
    exit: 0,
    stdout: 'Hi\n',
    peakMiB: 120,
  },
]);
