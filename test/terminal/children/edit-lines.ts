import { createInterface } from 'node:readline/promises';
import { processIO } from '../../../src/terminal/io.ts';
import { openLineEditor } from '../../../src/terminal/line-editor/line-editor.ts';

const WORDS = [
  '/attach',
  '/attachments',
  '/exit',
  'photos/cat.jpg',
  'photos/coffee.jpg',
  'photos/\x1b[31mred.png',
];

/**
 * Reads messages and prints each as JSON, until Ctrl-D or an error. The first argument is JSON of the options. Some
 * messages are acted on: "throw", "work" (until Ctrl-C or Ctrl-\) and "ask" (a question, then work).
 */
async function run(): Promise<void> {
  const { history = [], initial, prompt = '> ' } = JSON.parse(process.argv[2] ?? '{}');
  const io = processIO(process.env);
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort(new Error('stopped')));
  const editor = await openLineEditor({
    stdin: io.stdin,
    stdout: io.stdout,
    history,
    onMessage: (text) => process.stdout.write(`kept ${JSON.stringify(text)}\n`),
    complete: async (line) => {
      const fragment = /\S*$/.exec(line)?.[0] ?? '';
      return { candidates: WORDS.filter((word) => word.startsWith(fragment)), fragment };
    },
    signal: stop.signal,
  });
  try {
    for (let first = initial; ; first = undefined) {
      const typed = await editor.read(prompt, first);
      await io.stdout.write(`${JSON.stringify(typed)} ${process.stdin.isRaw ? 'raw' : 'cooked'}\n`);
      if (typed.kind === 'end') break;
      const text = typed.kind === 'message' ? typed.text : '';
      if (text === 'throw') throw new Error('thrown');
      if (text === 'work') await editor.quietly(work);
      if (text === 'ask') await editor.quietly(ask);
    }
  } catch (error) {
    await io.stdout.write(`${error} ${process.stdin.isRaw ? 'raw' : 'cooked'}\n`);
  } finally {
    editor.close();
  }
}

async function work(): Promise<void> {
  process.stdout.write('working\n');
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGQUIT', resolve);
  });
  process.stdout.write(`worked until ${signal}\n`);
}

async function ask(): Promise<void> {
  const question = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
  const answer = await question.question('sure? ');
  question.close();
  process.stdout.write(`answered ${answer}\n`);
  await work();
}

void run();
