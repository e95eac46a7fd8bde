import { ClosedPipeError, InputError } from '../../../src/errors.ts';
import { processIO } from '../../../src/terminal/io.ts';
import { reportError } from '../../../src/terminal/report-error.ts';
import { createSpinner } from '../../../src/terminal/spinner.ts';

const io = processIO(process.env);
const spinner = createSpinner(io.stderr, `waiting for ${'a long name '.repeat(20)}`);

/** What the first argument names. */
const ACTS: Record<string, () => Promise<void>> = {
  /** Spins until a key is pressed, then answers. */
  async answer() {
    spinner.start();
    await keyPressed();
    spinner.stop();
    await io.stdout.write('the answer\n');
  },
  /** A note while it spins, then nothing more to do: the spinner must not hold the process. */
  async note() {
    spinner.start();
    await keyPressed();
    await io.stderr.write('a note\n');
  },
  /** Fails as main does. */
  async fail() {
    spinner.start();
    await keyPressed();
    spinner.stop();
    process.exitCode = await reportError(new InputError('no \x1b[2J such file'), io, {
      format: 'text',
      debug: false,
    });
  },
  /** Answers before the spinner would show. */
  async fast() {
    spinner.start();
    spinner.stop();
    await io.stdout.write('the answer\n');
    process.exitCode = await reportError(new ClosedPipeError(), io, { format: 'text', debug: false });
  },
};

async function keyPressed(): Promise<void> {
  await new Promise((resolve) => io.stdin.once('data', resolve));
  io.stdin.pause();
}

void ACTS[process.argv[2] ?? '']?.();
