/**
 * Every way a run can fail, each with its public exit code (docs/cli contract: `gemini help exit-codes`).
 * An error says what happened and to which file, model or host; `hint` is the next step; the original stays as `cause`.
 */

/** Facts an error may carry besides its message. */
export type ErrorDetails = {
  /** One line: what the person can do next. */
  hint?: string;
  cause?: unknown;
  /** The same request may succeed if sent again, as long as nothing of the answer was written. */
  retryable?: boolean;
  /** What the server asked to wait before the next try, in milliseconds. */
  retryAfterMs?: number;
  /** How many tries at most make sense for this fault, the first included, when fewer than usual. */
  maxAttempts?: number;
  /** HTTP status of the reply. */
  status?: number;
  /** The server's own code, such as RESOURCE_EXHAUSTED. */
  code?: string;
  /** Further lines for the person, such as field violations. */
  details?: readonly string[];
};

/** The base of all expected failures; anything else that is thrown is a bug of ours (exit 1). */
export abstract class GeminiError extends Error {
  abstract readonly exitCode: number;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly maxAttempts: number | undefined;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly details: readonly string[];

  constructor(message: string, facts: ErrorDetails = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.hint = facts.hint;
    this.retryable = facts.retryable ?? false;
    this.retryAfterMs = facts.retryAfterMs;
    this.maxAttempts = facts.maxAttempts;
    this.status = facts.status;
    this.code = facts.code;
    this.details = facts.details ?? [];
  }
}

/** The command line or a setting is wrong; nothing was sent. */
export class UsageError extends GeminiError {
  readonly exitCode = 2;
}

/** An input is missing, unreadable, empty, of the wrong kind or over a limit; or the output cannot be written. */
export class InputError extends GeminiError {
  readonly exitCode = 3;
}

/** No credential, or the server refused it (401, 403). */
export class AuthError extends GeminiError {
  readonly exitCode = 4;
}

/** A policy stopped the prompt or the answer. */
export class BlockedError extends GeminiError {
  readonly exitCode = 5;
}

/** Quota or rate limit (429), after the tries. */
export class QuotaError extends GeminiError {
  readonly exitCode = 6;
}

/** Network, timeout or 5xx, after the tries. */
export class UnavailableError extends GeminiError {
  readonly exitCode = 7;
}

/** The answer was cut; what came is on stdout. */
export class IncompleteError extends GeminiError {
  readonly exitCode = 8;
}

/** Some of many files failed; the rest are done. */
export class PartialError extends GeminiError {
  readonly exitCode = 9;
}

/** The server refused the request (400, 404, 413, ...). */
export class RefusedError extends GeminiError {
  readonly exitCode = 10;
}

/** A signal ended the run; `exitCode` is 128 + its number. */
export class InterruptedError extends GeminiError {
  readonly exitCode: number;
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP';

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(signal === 'SIGINT' ? 'interrupted' : `ended by ${signal}`);
    this.signal = signal;
    this.exitCode = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[signal];
  }
}

/** The reader of stdout went away (`| head`): the run stops at once and counts as done. */
export class ClosedPipeError extends GeminiError {
  readonly exitCode = 0;

  constructor() {
    super('stdout was closed');
  }
}
