import type { RequestPreview } from '../backends/backend.ts';
import type { Context } from '../context.ts';
import type { OutputStream } from '../terminal/io.ts';

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
  await writeBody(preview, io.stdout, signal);
}

/** Writes the body to a file that --request reads; an old one is replaced only by a whole new one. */
export async function saveRequest(
  { note, signal }: Context,
  preview: RequestPreview,
  path: string,
): Promise<void> {
  const { fileOutput } = await import('../terminal/file-output.ts');
  const file = await fileOutput(path);
  try {
    await writeBody(preview, file, signal);
    await file.publish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
  note(`saved ${path}`);
}

async function writeBody(preview: RequestPreview, out: OutputStream, signal: AbortSignal): Promise<void> {
  // The chunk's memory is used again for the next one, but the stream may still hold on to it.
  await preview.writeBody((chunk) => out.write(Buffer.from(chunk)), signal);
  await out.write('\n');
}
