import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';

export type EmulateOptions = { readonly port: number; readonly script: string | undefined };

/** @throws UsageError for a port that cannot be */
export function readEmulateOptions(flags: Readonly<Record<string, unknown>>): EmulateOptions {
  const port = String(flags.port);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new UsageError(`--port: "${port}" is not a port; 0 takes a free one`);
  }
  return { port: Number(port), script: typeof flags.script === 'string' ? flags.script : undefined };
}

/** `gemini emulate`: serves until it is told to stop, which is its way to succeed. */
export async function emulate(context: Context, options: EmulateOptions): Promise<void> {
  const { startEmulator } = await import('../emulator/emulator.ts');
  const { loadScript } = await import('../emulator/script.ts');
  const emulator = await startEmulator({
    port: options.port,
    ...(options.script ? { script: await loadScript(options.script) } : {}),
    log: (line) => void context.io.stderr.write(`${line}\n`),
  });
  await context.io.stdout.write(`GEMINI_EMULATOR_HOST=127.0.0.1:${emulator.port}\n`);
  context.note('listening; Ctrl-C stops');
  await new Promise<void>((resolve) =>
    context.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const unused = emulator.unusedReplies();
  await emulator.close();
  for (const reply of unused) context.note(`never used: ${reply}`);
}
