import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { InputError, UsageError } from '../errors.ts';

export type EmulateOptions = { readonly port: number; readonly script: string | undefined };

/** @throws UsageError for a port that cannot be */
export function readEmulateOptions(flags: Readonly<Record<string, unknown>>): EmulateOptions {
  const port = String(flags.port);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new UsageError(`--port: "${port}" is not a port; 0 takes a free one`);
  }
  return { port: Number(port), script: typeof flags.script === 'string' ? flags.script : undefined };
}

/**
 * `gemini emulate`: serves until it is told to stop, which is its way to succeed.
 * @throws InputError for a script that cannot be read, UsageError for a port that cannot be had
 */
export async function emulate(context: Context, options: EmulateOptions): Promise<void> {
  const { startEmulator } = await import('../emulator/emulator.ts');
  const script =
    options.script === undefined ? undefined : await readScript(resolve(context.cwd, options.script));
  const emulator = await startEmulator({
    port: options.port,
    ...(script ? { script } : {}),
    log: (line) => context.note(line),
  }).catch((error: NodeJS.ErrnoException) => {
    throw portFailure(error, options.port);
  });
  await context.io.stdout.write(`GEMINI_EMULATOR_HOST=127.0.0.1:${emulator.port}\n`);
  context.note('listening; Ctrl-C stops');
  await new Promise<void>((done) => context.signal.addEventListener('abort', () => done(), { once: true }));
  const unused = emulator.unusedReplies();
  await emulator.close();
  for (const reply of unused) context.note(`never used: ${reply}`);
}

/** The emulator shares no code with the program, its errors neither. */
async function readScript(path: string) {
  const { loadScript } = await import('../emulator/script.ts');
  try {
    return await loadScript(path);
  } catch (error) {
    throw new InputError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function portFailure(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new UsageError(`port ${port} is taken`, {
      hint: 'give another with --port, or --port 0 for a free one',
    });
  }
  if (error.code === 'EACCES')
    return new UsageError(`port ${port} needs more rights`, { hint: 'give one above 1023' });
  return error;
}
