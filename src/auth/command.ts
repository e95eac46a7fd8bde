import { AuthError } from '../errors.ts';
import { renewedCredential } from './bearer.ts';
import type { Credential } from './credential.ts';
import type { AuthPorts } from './ports.ts';
import { printedToken } from './printed-token.ts';
import { renewed, type Token } from './renewal.ts';

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 128 * 1024;
/** Of what a command says on stderr before it fails, so many lines of the beginning and of the end. */
const SHOWN_LINES = 3;

/** A command that prints a token. */
export type TokenCommand = {
  readonly argv: readonly [string, ...string[]];
  /** What messages call it, such as `--token-command` or `gcloud`. */
  readonly source: string;
  /** What to do when it fails. */
  readonly hint?: string;
};

type Options = {
  readonly quotaProject: string | undefined;
  readonly projectId?: () => Promise<string | undefined>;
};

/**
 * The token that a command prints, which is kept until 5 minutes before its end, or for 5 minutes when nothing says
 * when that is. Run again once when the server refuses the token.
 */
export function commandCredential(command: TokenCommand, options: Options, ports: AuthPorts): Credential {
  const source = renewed((signal) => runTokenCommand(command, ports, signal), ports.now);
  return renewedCredential(
    `access token of ${command.source}`,
    source,
    options.quotaProject,
    options.projectId,
  );
}

async function runTokenCommand(
  { argv, source, hint }: TokenCommand,
  { env, now, remember }: AuthPorts,
  signal: AbortSignal,
): Promise<Token> {
  const { output, failure, complaints } = await run(argv, env, signal);
  const facts = { details: complaints, ...(hint ? { hint } : {}) };
  if (failure) throw new AuthError(`${source}: ${argv[0]} ${failure}`, facts);
  const token = printedToken(output, now());
  if (!token) throw new AuthError(`${source}: ${argv[0]} printed no token`, facts);
  remember(token.value);
  return token;
}

/** What a command prints, for a value that is no secret; undefined when it fails. */
export async function commandLine(
  argv: readonly [string, ...string[]],
  { env }: AuthPorts,
): Promise<string | undefined> {
  const { output, failure } = await run(argv, env, new AbortController().signal);
  return failure === undefined ? output.trim() || undefined : undefined;
}

async function run(
  argv: readonly [string, ...string[]],
  env: AuthPorts['env'],
  signal: AbortSignal,
): Promise<{ output: string; failure: string | undefined; complaints: string[] }> {
  const { runCommand } = await import('../child-process/command-run.ts');
  const complaints: string[] = [];
  const { output, failure } = await runCommand({
    argv,
    cwd: process.cwd(),
    env: definedOf(env),
    input: '',
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal,
    onStderr: (line) => {
      if (line.trim() !== '') complaints.push(line);
    },
  });
  signal.throwIfAborted();
  return { output: output.toString('utf8'), failure, complaints: ends(complaints) };
}

function ends(lines: readonly string[]): string[] {
  if (lines.length <= 2 * SHOWN_LINES) return [...lines];
  return [...lines.slice(0, SHOWN_LINES), '...', ...lines.slice(-SHOWN_LINES)];
}

function definedOf(env: AuthPorts['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
