import { curlProgram } from './curl.ts';
import type { ShowFacts } from './facts.ts';
import { nodeProgram } from './node.ts';
import { pythonProgram } from './python.ts';

/** The forms of `--show`. A new one is a file here and a row below. */
const FORMS = {
  curl: curlProgram,
  python: pythonProgram,
  node: nodeProgram,
} as const satisfies Record<string, (facts: ShowFacts) => string>;

export type ShowForm = keyof typeof FORMS;

/**
 * A program that sends the same request: media are read from their files and secrets from the environment when it
 * runs, so that it can be kept and passed on. Ends in one newline.
 */
export function showRequest(form: ShowForm, facts: ShowFacts): string {
  return FORMS[form](facts);
}
