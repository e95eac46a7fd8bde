import { monotonicMs } from '../concurrency.ts';
import type { Context } from '../context.ts';
import { escapeJson, oneLine } from '../terminal/sanitize.ts';
import { styleFor } from '../terminal/style.ts';
import { askedModel } from './asked-model.ts';

export type DoctorOptions = { readonly format: 'text' | 'json' };

/** One thing that was tried. */
type Tried = { name: string; ok: boolean; finding: string; ms: number };

/**
 * `gemini doctor`: tries what a request needs, one thing after the other, up to the first that fails.
 * @throws what that failed with
 */
export async function doctor(context: Context, { format }: DoctorOptions): Promise<void> {
  const { io, signal, mask } = context;
  const style = await styleFor(io.stdout);
  const tried: Tried[] = [];
  const show = async (one: Tried) => {
    tried.push(one);
    if (format === 'json') return;
    const mark = one.ok ? style.green('ok    ') : style.red('failed');
    await io.stdout.write(mask(`${mark} ${one.name.padEnd(17)} ${oneLine(one.finding)} (${one.ms} ms)\n`));
  };
  const connection = await context.connection(askedModel(context));
  try {
    for await (const check of connection.checks()) {
      const began = monotonicMs();
      const elapsed = () => Math.round(monotonicMs() - began);
      try {
        const finding = await check.run(signal);
        await show({ name: check.name, ok: true, finding, ms: elapsed() });
      } catch (error) {
        signal.throwIfAborted();
        const finding = error instanceof Error ? error.message : String(error);
        await show({ name: check.name, ok: false, finding, ms: elapsed() });
        throw error;
      }
    }
  } finally {
    if (format === 'json') {
      await io.stdout.write(mask(`${escapeJson(JSON.stringify({ checks: tried }, undefined, 2))}\n`));
    }
  }
}
