import { existsSync, readFileSync } from 'node:fs';
import { createAnswerWriter } from '../../../src/terminal/answer.ts';
import { processIO } from '../../../src/terminal/io.ts';
import { reportError } from '../../../src/terminal/report-error.ts';

/** Writes as many MiB of an answer as the argument says, then ends like main does: by leaving nothing to do. */
async function run(): Promise<void> {
  const [mebibytes = '1', pieceLength = '65536'] = process.argv.slice(2);
  const io = processIO(process.env);
  const closed = new Promise<void>((resolve) => io.stdout.onClosed(() => resolve()));
  const answer = createAnswerWriter({ out: io.stdout, sanitize: io.stdout.isTTY });
  const piece = `${'x'.repeat(Number(pieceLength) - 1)}\n`;
  try {
    for (let left = Number(mebibytes) * 2 ** 20; left > 0; left -= piece.length) await answer.write(piece);
    await answer.end();
    await io.stderr.write(`peak ${Math.round(peakKiB() / 1024)}\n`);
  } catch (error) {
    process.exitCode = await reportError(error, io, { format: 'text', debug: false });
    await closed;
    await io.stderr.write('closed\n');
  }
}

/** From the system where it can be had: `maxRSS` begins with what the process had that started this one. */
function peakKiB(): number {
  if (!existsSync('/proc/self/status')) return process.resourceUsage().maxRSS;
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]);
}

void run();
