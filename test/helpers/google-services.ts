import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';

const TLS = resolve(import.meta.dirname, '../fixtures/tls');
/** The certificate authority that signed every server of these tests. */
export const CA_FILE = resolve(TLS, 'ca.pem');

/** One request as a server of the test got it. */
export type Received = {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** What the server says: an object is JSON of status 200. */
export type Reply = { status?: number; body: unknown };

/** A JSON server on a free port of this machine that keeps what it was sent; over TLS with the named certificate. */
export async function serveJson(
  answer: (request: Received) => Reply,
  { certificate }: { certificate?: 'good' | 'services' } = {},
): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const one = {
      host: (request.headers.host ?? '').replace(/:\d+$/, ''),
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
    };
    received.push(one);
    const reply = answered(one, response);
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json' });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  };
  const answered = (one: Received, response: ServerResponse) => {
    try {
      return answer(one);
    } catch (failedAssertion) {
      response.writeHead(400).end();
      throw failedAssertion;
    }
  };
  const server = certificate
    ? createTlsServer(
        {
          key: readFileSync(resolve(TLS, `${certificate}.key`)),
          cert: readFileSync(resolve(TLS, `${certificate}.pem`)),
        },
        listener,
      )
    : createServer(listener);
  return { port: await listen(server), received };
}

/**
 * An HTTP proxy that takes every CONNECT to one server of the test, whatever host it names: so that the program may
 * ask the real addresses of Google, and the test answers.
 * @param password when given, the proxy wants user:password
 */
export async function tunnelTo(
  port: number,
  { password }: { password?: string } = {},
): Promise<{ url: string; port: number; hosts: string[] }> {
  const hosts: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((_request, response) => response.writeHead(501).end());
  const wanted = password && `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    if (wanted && request.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
      return;
    }
    hosts.push(request.url ?? '');
    const server = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(server).pipe(socket);
    });
    for (const each of [socket, server]) {
      sockets.add(each);
      each.on('error', () => {});
    }
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  const own = await listen(proxy);
  return { url: `http://127.0.0.1:${own}`, port: own, hosts };
}

/** What a server of the chat-completions language answers. */
export const CHAT_ANSWER: Reply = {
  body: { choices: [{ index: 0, message: { role: 'assistant', content: 'well' }, finish_reason: 'stop' }] },
};

/** What Vertex AI answers when it is asked for a whole answer. */
export const ANSWER: Reply = {
  body: {
    candidates: [{ content: { role: 'model', parts: [{ text: 'well' }] }, finishReason: 'STOP' }],
    usageMetadata: { totalTokenCount: 2 },
  },
};

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    (server as Server & { closeAllConnections?(): void }).closeAllConnections?.();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
