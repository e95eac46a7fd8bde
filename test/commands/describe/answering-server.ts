import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEachTest } from '../../helpers/clean-up.ts';

/** What is asked: the sha256 of the first medium, all texts, and how often this medium was asked about before. */
export type Asked = { readonly sha256: string; readonly text: string; readonly before: number };

/** Answers in place of the usual answer; true when it has. */
export type Reply = (
  asked: Asked,
  response: ServerResponse,
  headers: IncomingHttpHeaders,
) => boolean | Promise<boolean>;

const open: (() => void)[] = [];
afterEachTest(() => {
  for (const close of open.splice(0)) close();
});

/**
 * A service that answers each request at once with the hash of the medium it was sent, as fast as node:http can: for runs
 * of thousands, and to look into what was asked.
 */
export async function startAnswering(reply: Reply = () => false) {
  const asked: Asked[] = [];
  const counts = new Map<string, number>();
  let underWay = 0;
  let most = 0;
  const server = createServer((request, response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    response.on('close', () => {
      underWay -= 1;
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const { sha256, text } = readRequest(Buffer.concat(chunks).toString());
      const before = counts.get(sha256) ?? 0;
      counts.set(sha256, before + 1);
      const question = { sha256, text, before };
      asked.push(question);
      if (!(await reply(question, response, request.headers))) answer(response, answerTo(sha256));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    /** How often each medium was asked about. */
    counts,
    /** Requests that were under way at once. */
    most: () => most,
    env: { GEMINI_API_KEY: 'key-of-this-test' },
    baseUrl: `http://127.0.0.1:${port}`,
    args: ['-b', 'developer', '--base-url', `http://127.0.0.1:${port}`],
  };
}

/** What the service says of a medium. */
export const answerTo = (sha256: string): string => `seen ${sha256}`;

export function answer(response: ServerResponse, text: string, finishReason = 'STOP'): boolean {
  send(response, 200, {
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason, index: 0 }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
  });
  return true;
}

/** Refuses as Google's services do. @param retryDelay such as "0.01s" */
export function refuse(response: ServerResponse, code: number, status: string, retryDelay?: string): boolean {
  const details = retryDelay ? [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }] : [];
  send(response, code, { error: { code, status, message: 'as this test wants it', details } });
  return true;
}

export function block(response: ServerResponse): boolean {
  send(response, 200, { promptFeedback: { blockReason: 'SAFETY' } });
  return true;
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function readRequest(body: string): { sha256: string; text: string } {
  const { contents } = JSON.parse(body) as {
    contents: { parts: { text?: string; inlineData?: { data: string } }[] }[];
  };
  const parts = contents.flatMap((content) => content.parts);
  const data = parts.find(({ inlineData }) => inlineData)?.inlineData?.data ?? '';
  return { sha256: sha256(Buffer.from(data, 'base64')), text: parts.map(({ text = '' }) => text).join('') };
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
