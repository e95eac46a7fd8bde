import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ByteSource } from '../../src/byte-source.ts';
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
} from '../../src/http/client.ts';

export const NO_TIMEOUTS = { connectMs: 0, headerMs: 0, idleMs: 0 };

/** Starts any server on a free loopback port and ends it with the test. */
export async function listen(
  server: { listen: Server['listen']; address: Server['address']; close(): unknown },
  scheme = 'http',
) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    (server as Partial<Server>).closeAllConnections?.();
  });
  return new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/v1/models`);
}

export function serveHttp(listener: RequestListener): Promise<URL> {
  return listen(createServer(listener));
}

/** A server that speaks whatever the test writes. */
export function serveTcp(onConnection: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  return listen(server as unknown as Server);
}

export function clientFor(options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({ timeouts: NO_TIMEOUTS, ...options });
  onTestFinished(() => client.close());
  return client;
}

export function requestTo(url: URL, more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: more.body ? 'POST' : 'GET',
    url,
    headers: {},
    signal: new AbortController().signal,
    ...more,
  };
}

/** A source of `yields` bytes that says it has `byteLength`, read `step` bytes at a time at most; counts its readers. */
export function generatedSource(
  byteLength: number,
  { yields = byteLength, step = Number.POSITIVE_INFINITY } = {},
) {
  const readers = { opened: 0, closed: 0 };
  const source: ByteSource = {
    byteLength,
    name: 'photo.png',
    async open() {
      readers.opened += 1;
      let position = 0;
      return {
        async read(buffer) {
          const size = Math.min(buffer.length, yields - position, step);
          fillPattern(buffer, position, size);
          position += size;
          return size;
        },
        async close() {
          readers.closed += 1;
        },
      };
    },
  };
  return { source, readers };
}

/** Byte i of a generated source is i % 251, a prime, so that no two slices are alike. */
export function patternBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  fillPattern(bytes, 0, length);
  return bytes;
}

const PATTERN = Buffer.from(Array.from({ length: 251 * 1024 }, (_, i) => i % 251));

function fillPattern(target: Buffer, position: number, size: number): void {
  for (let done = 0; done < size; ) {
    done += PATTERN.copy(target, done, (position + done) % 251, ((position + done) % 251) + size - done);
  }
}
