import type { RequestPreview } from '../backends/backend.ts';
import type { Context } from '../context.ts';

/**
 * Prints what would be sent and sends nothing: the body byte for byte, or with method, URL and headers before it.
 * Secrets are masked in the preview already.
 */
export async function printRequest(
  { io, signal }: Context,
  preview: RequestPreview,
  form: 'body' | 'http',
): Promise<void> {
  if (form === 'http') {
    const lines = [
      `${preview.method} ${preview.url}`,
      ...Object.entries(preview.headers).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${preview.byteLength}`,
    ];
    await io.stdout.write(`${lines.join('\n')}\n\n`);
  }
  // The chunk's memory is used again for the next one, but stdout may still hold on to it.
  await preview.writeBody((chunk) => io.stdout.write(Buffer.from(chunk)), signal);
  await io.stdout.write('\n');
}
