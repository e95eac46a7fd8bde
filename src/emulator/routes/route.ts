import type { Answer } from '../answer.ts';
import type { Call } from '../call.ts';

/** One endpoint: a file with its routes and a row in index.ts make a new one. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Matched against the whole path; its named groups, percent-decoded, are the handler's parameters. */
  readonly path: RegExp;
  /** @throws GoogleError for a refusal */
  readonly handle: (call: Call, parameters: Readonly<Record<string, string>>) => Promise<Answer> | Answer;
};
