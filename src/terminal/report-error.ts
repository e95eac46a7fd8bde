import { ClosedPipeError, GeminiError, InterruptedError } from '../errors.ts';
import type { IO } from './io.ts';
import { maskSecrets } from './mask.ts';
import { escapeJson, oneLine, sanitize } from './sanitize.ts';
import { type Style, styleFor } from './style.ts';

export type ReportOptions = {
  /** With json or jsonl the report is one JSON object on one line. */
  format: 'text' | 'json' | 'jsonl';
  /** Adds the stack of the error and of its causes. */
  debug: boolean;
  /** Where to report a bug of ours. */
  bugUrl?: string;
  /** Values that must not be shown; what looks like a secret is never shown. */
  secrets?: readonly string[];
};

/** What the report says, in whichever form. */
type Report = {
  code: string;
  exitCode: number;
  message: string;
  hint: string | undefined;
  status: number | undefined;
  serverCode: string | undefined;
  details: readonly string[] | undefined;
  stack: string | undefined;
};

/** Names of the exit codes, for programs that read errors as JSON. */
export const ERROR_NAMES: Readonly<Record<number, string>> = {
  1: 'internal',
  2: 'usage',
  3: 'input',
  4: 'auth',
  5: 'blocked',
  6: 'quota',
  7: 'unavailable',
  8: 'incomplete',
  9: 'partial',
  10: 'refused',
  129: 'interrupted',
  130: 'interrupted',
  143: 'interrupted',
};

/**
 * Tells the person on stderr why the run ended: one line, its details indented, at most one hint. A closed pipe says
 * nothing, and so does a signal unless somebody watches: whoever sent it knows.
 * @returns the exit code
 */
export async function reportError(error: unknown, io: IO, options: ReportOptions): Promise<number> {
  if (error instanceof ClosedPipeError) return error.exitCode;
  const report = reportOf(error, options);
  if (options.format !== 'text') {
    await io.stderr.write(`${escapeJson(JSON.stringify({ error: report }))}\n`);
  } else if (!(error instanceof InterruptedError)) {
    await io.stderr.write(renderReport(report, await styleFor(io.stderr)));
  } else if (io.stderr.isTTY) {
    // The terminal has echoed ^C wherever the cursor was.
    await io.stderr.write(`\ngemini: ${oneLine(report.message)}\n`);
  }
  return report.exitCode;
}

function reportOf(error: unknown, { debug, bugUrl, secrets }: ReportOptions): Report {
  const known = error instanceof GeminiError ? error : undefined;
  const mask = (text: string) => maskSecrets(text, secrets);
  const message = error instanceof Error ? error.message : String(error);
  const exitCode = known?.exitCode ?? 1;
  return {
    code: ERROR_NAMES[exitCode] ?? 'internal',
    exitCode,
    message: mask(known ? message : `internal error: ${message}`),
    hint: known ? known.hint && mask(known.hint) : bugHint(bugUrl),
    status: known?.status,
    serverCode: known?.code,
    details: known?.details.length ? known.details.map(mask) : undefined,
    stack: debug ? mask(stackOf(error)) : undefined,
  };
}

function bugHint(bugUrl: string | undefined): string {
  return `this is a bug: please report it${bugUrl ? ` at ${bugUrl}` : ''} with what --debug prints`;
}

function renderReport({ message, hint, details, stack }: Report, style: Style): string {
  const lines = [
    `${style.red('gemini:')} ${oneLine(message)}`,
    ...(details ?? []).map((detail) => `  ${oneLine(detail)}`),
    ...(hint ? [`${style.yellow('hint:')} ${oneLine(hint)}`] : []),
    ...(stack ? [style.dim(sanitize(stack))] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** The stacks of an error and of what caused it; only these, since other properties may hold a request. */
function stackOf(error: unknown): string {
  const stacks: string[] = [];
  for (
    let at = error;
    at !== undefined && stacks.length < 10;
    at = at instanceof Error ? at.cause : undefined
  ) {
    stacks.push(at instanceof Error ? (at.stack ?? at.message) : String(at));
  }
  return stacks.join('\ncaused by: ');
}
