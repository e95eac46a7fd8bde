import { readFile } from 'node:fs/promises';
import { checkScript } from './check-script.ts';
import type { ScriptedTranscript } from './transcripts.ts';

/**
 * What the emulator is to answer, in order. A request takes the first reply that fits it and is not used up; without one
 * it gets the emulator's own answer, or an error 500 when the script is `strict`.
 *
 * ```json
 * { "strict": true,
 *   "replies": [
 *     { "match": { "path": ":countTokens" }, "times": "any", "body": { "totalTokens": 7 } },
 *     { "status": 429, "headers": { "retry-after": "1" }, "body": { "error": { "code": 429, "status": "RESOURCE_EXHAUSTED" } } },
 *     { "chunks": [ { "candidates": [ { "content": { "role": "model", "parts": [ { "text": "Hi" } ] }, "finishReason": "STOP" } ] } ] },
 *     { "writes": [ "data: {\"candi", { "text": "dates\":[]}\r\n\r\n", "delayMs": 20 } ] },
 *     { "fault": { "kind": "reset", "afterBytes": 100 } } ] }
 * ```
 */
export type EmulatorScript = {
  readonly strict?: boolean;
  readonly replies: readonly ScriptedReply[];
  /** What is said in the recordings that it is asked to transcribe. */
  readonly transcripts?: readonly ScriptedTranscript[];
};

/**
 * One reply. With none of `chunks`, `writes`, `status` and `body` it is the emulator's own answer (to be spoilt by `fault`
 * or put off by `delayMs`).
 */
export type ScriptedReply = {
  /** What `unusedReplies()` calls it; otherwise its place and kind. */
  readonly name?: string;
  /** All of what is given must fit; a reply without it fits every request. */
  readonly match?: ScriptedMatch;
  /** How many requests it answers; 1 unless given. `any`: as many as come, but at least one. */
  readonly times?: number | 'any';
  /** Milliseconds before the first byte of the answer. */
  readonly delayMs?: number;
  /**
   * GenerateContentResponse objects (or `{"error": ...}`), framed as the request asks: events, a JSON list, or folded
   * into one. The request is checked first, so that a bad one still gets its 400.
   */
  readonly chunks?: readonly Record<string, unknown>[];
  /** Milliseconds before each chunk but the first. */
  readonly chunkDelayMs?: number;
  /** The body's bytes exactly, one write each. The request is not checked. */
  readonly writes?: readonly ScriptedWrite[];
  /** Status of `writes` and `body`; 200 unless given. */
  readonly status?: number;
  /** Headers of `writes` and `body`, added to those that fit the request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A whole body: a string as it is, anything else as JSON. The request is not checked. */
  readonly body?: unknown;
  /** False: answer without reading the request's body. */
  readonly readBody?: boolean;
  readonly fault?: Fault;
};

/** `path` (with the query) and `body` (its raw text): a substring, or a regular expression written `/.../flags`. */
export type ScriptedMatch = { readonly method?: string; readonly path?: string; readonly body?: string };

/** A string is UTF-8 text. `base64` is for bytes that are no text, such as half a character. */
export type ScriptedWrite =
  | string
  | { readonly text?: string; readonly base64?: string; readonly delayMs?: number };

/**
 * What goes wrong with an answer. A piece is what the emulator writes at once: a chunk in its framing, or one of `writes`.
 * - `reset`: TCP reset; before the headers, or after that many bytes of body.
 * - `close`: the connection ends in proper form of TCP but not of HTTP; before the headers, or after that many bytes.
 * - `hang`: nothing is ever sent, the connection stays open.
 * - `stall`: headers and that many pieces, then nothing more; the connection stays open.
 * - `half-json`: the last piece is cut in half, then the answer ends in proper form.
 * - `no-finish`: the last piece is left out, then the answer ends in proper form.
 * - `wrong-length`: Content-Length is `by` bytes (1000 unless given) more than the body, then the connection ends.
 * - `slow`: the body in slices of `bytes` (1 unless given), `delayMs` apart.
 */
export type Fault =
  | { readonly kind: 'reset' | 'close'; readonly afterBytes?: number }
  | { readonly kind: 'hang' | 'half-json' | 'no-finish' }
  | { readonly kind: 'stall'; readonly afterPieces: number }
  | { readonly kind: 'wrong-length'; readonly by?: number }
  | { readonly kind: 'slow'; readonly delayMs: number; readonly bytes?: number };

/**
 * Reads a script from a JSON file.
 * @throws Error that names the file and what is wrong with it
 */
export async function loadScript(path: string): Promise<EmulatorScript> {
  const text = await readFile(path, 'utf8');
  let script: unknown;
  try {
    script = JSON.parse(text);
  } catch (cause) {
    throw new Error(
      `the emulator script ${path} is not JSON: ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  }
  const problem = checkScript(script);
  if (problem !== undefined) throw new Error(`the emulator script ${path} is wrong: ${problem}`);
  return script as EmulatorScript;
}
