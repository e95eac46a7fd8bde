import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './answer.ts';
import { type Call, callOf, sendsFile } from './call.ts';
import { deliver } from './deliver.ts';
import { errorAnswer } from './framing.ts';
import { GoogleError } from './google-error.ts';
import { createRecorder, type RecordedRequest } from './recorder.ts';
import { createTranscriber } from './responder/transcriber.ts';
import { routeOf } from './routes/index.ts';
import type { EmulatorScript, ScriptedReply } from './script.ts';
import { playScript } from './script-player.ts';
import { pause, rawAnswer, scriptedChunks } from './scripted-answer.ts';
import { leavesNothing } from './spoilt-answer.ts';
import { createStore } from './store/store.ts';

export type EmulatorOptions = {
  /** 0, the default, for a free one. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  readonly script?: EmulatorScript;
  /** Keep the requests in `requests`: the last 1,000, and no more than 64 MiB of bodies. */
  readonly record?: boolean;
  /** Largest request body in bytes; 512 MB unless given, which is near the longest string Node can hold. */
  readonly bodyLimit?: number;
  /** How long a batch job is pending before it runs, in milliseconds; 100 unless given. */
  readonly batchDelayMs?: number;
  /** One line for each request, without secrets. */
  readonly log?: (line: string) => void;
};

export type Emulator = {
  /** Without a slash at the end, such as http://127.0.0.1:4000. */
  readonly url: string;
  readonly port: number;
  /** Empty unless `record` was asked for. */
  readonly requests: readonly RecordedRequest[];
  /** The script's replies that no request has used yet, by name or place; and the lies that were not told. */
  unusedReplies(): string[];
  /** Ends all connections at once. */
  close(): Promise<void>;
};

/**
 * Starts a real HTTP server that speaks the wire formats of the Gemini Developer API with its Files API, of Vertex AI, and
 * of Cloud Storage. It needs no credential, checks requests strictly, and answers with what it received, or from a script.
 * @throws the error of node:net when the port cannot be had (EADDRINUSE, EACCES)
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, host = '127.0.0.1', bodyLimit = 512_000_000, log } = options;
  const player = playScript(options.script);
  const recorder = createRecorder(options.record === true);
  const store = createStore(options);
  const transcriber = createTranscriber(options.script?.transcripts);

  const server = createServer((request, response) => {
    const abort = new AbortController();
    response.on('close', () => abort.abort());
    // A client that goes away in mid-sentence is no error of the server.
    request.on('error', () => {});
    response.on('error', () => {});
    const started = performance.now();
    void handle(request, response, abort.signal).then((bytes) => {
      const ms = Math.round(performance.now() - started);
      log?.(`${request.method} ${loggedTarget(request)} ${response.statusCode}, ${bytes} bytes, ${ms} ms`);
    });
  });
  // A body may take as long as its sender needs, and a pooled connection must not close under a client.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 120_000;

  async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<number> {
    let call: Call | undefined;
    try {
      call = callOf(request, { bodyLimit, store, transcriber, signal });
      const reply = await player.next(call);
      const readBody = reply?.readBody !== false && !sendsFile(call);
      recorder.add(call, readBody ? await call.body() : undefined);
      await pause(reply?.delayMs, signal);
      const answer = leavesNothing(reply?.fault) ? undefined : await answerOf(call, reply);
      return await deliver(response, answer, reply?.fault, signal);
    } catch (error) {
      return await refuse(response, call, error);
    }
  }

  async function answerOf(call: Call, reply: ScriptedReply | undefined): Promise<Answer> {
    if (reply === undefined && player.strict) {
      throw new GoogleError(500, `The emulator's script has no reply left for ${call.method} ${call.path}.`);
    }
    const raw = reply === undefined ? undefined : rawAnswer(call, reply);
    if (raw !== undefined) return raw;
    const chunks = reply?.chunks === undefined ? {} : { chunks: scriptedChunks(reply, call.signal) };
    return await routeOf(call)({ ...call, ...chunks });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    requests: recorder.requests,
    unusedReplies: () => [...player.unused(), ...transcriber.unused()],
    close: async () => {
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      });
      await store.close();
    },
  };
}

async function refuse(response: ServerResponse, call: Call | undefined, error: unknown): Promise<number> {
  if (response.destroyed) return 0;
  // The head is out: all that is left is to break off.
  if (response.headersSent) {
    response.socket?.destroy();
    return 0;
  }
  const known = error instanceof GoogleError ? error : new GoogleError(500, `The emulator failed: ${error}`);
  return await deliver(response, errorAnswer(call, known), undefined, new AbortController().signal);
}

/** Path and query, without a key that may stand in it. */
function loggedTarget(request: IncomingMessage): string {
  return (request.url ?? '').replace(/([?&]key=)[^&]*/g, '$1***');
}
