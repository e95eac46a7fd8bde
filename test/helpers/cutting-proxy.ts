import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP proxy in front of a server on this machine, which breaks connections. */
export type CuttingProxy = {
  readonly port: number;
  /** Connections that were broken. */
  readonly cuts: number;
  /** Bytes that went to the server. */
  readonly sent: number;
};

export type Cut = {
  /** Bytes of a connection that reach the server before it breaks. */
  readonly afterBytes: number;
  /** The connection lives until the server answers what comes with or after them, and the answer is lost. */
  readonly losesAnswer?: boolean;
  /** The connection does not break, but nothing goes on after them. */
  readonly holds?: boolean;
};

/**
 * @param next what becomes of the next connection; undefined lets it live
 */
export async function cuttingProxy(target: number, next: () => Cut | undefined): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const counts = { cuts: 0, sent: 0 };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const cut = next();
    const most = cut?.afterBytes ?? Number.POSITIVE_INFINITY;
    let passed = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    const breakOff = () => {
      if (client.destroyed) return;
      counts.cuts += 1;
      client.resetAndDestroy();
      // What is on its way to the server still arrives there.
      upstream.end();
    };
    client.on('data', (bytes) => {
      if (client.destroyed) return;
      const piece = cut?.losesAnswer ? bytes : bytes.subarray(0, most - passed);
      passed += piece.length;
      counts.sent += piece.length;
      if (!upstream.write(piece)) {
        client.pause();
        upstream.once('drain', () => client.resume());
      }
      if (passed < most || cut?.losesAnswer) return;
      if (cut?.holds) client.pause();
      else breakOff();
    });
    upstream.on('data', (bytes) => {
      if (cut?.losesAnswer && passed >= most) breakOff();
      else if (!client.destroyed) client.write(bytes);
    });
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return counts.cuts;
    },
    get sent() {
      return counts.sent;
    },
  };
}
