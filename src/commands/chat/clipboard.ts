import { runCommand } from '../../child-process/command-run.ts';
import type { Context } from '../../context.ts';
import { InputError } from '../../errors.ts';
import { childEnvironment } from '../../tools/child-environment.ts';

type Copier = {
  readonly argv: readonly [string, ...string[]];
  works(env: Context['env'], text: string): boolean;
};

/** What takes its stdin to the clipboard, where its screen is. The first that works is used. */
const COPIERS: readonly Copier[] = [
  { argv: ['pbcopy'], works: () => process.platform === 'darwin' },
  { argv: ['wl-copy'], works: (env) => Boolean(env.WAYLAND_DISPLAY) },
  { argv: ['xclip', '-selection', 'clipboard'], works: (env) => Boolean(env.DISPLAY) },
  { argv: ['xsel', '--clipboard', '--input'], works: (env) => Boolean(env.DISPLAY) },
  {
    argv: ['clip.exe'],
    // It takes the old code page of the system, so that only ASCII arrives.
    works: (env, text) =>
      (process.platform === 'win32' || Boolean(env.WSL_DISTRO_NAME)) && /^[\t-\r -~]*$/.test(text),
  },
];
const TIMEOUT_MS = 5000;
/** xterm, and what follows it, takes no longer sequence. */
const LONGEST_SEQUENCE = 74_994;

/**
 * Takes a text to the clipboard: with the system's own program or, where there is none, by asking the terminal (OSC 52).
 * @returns by whom, to follow "copied"
 * @throws InputError when neither can
 */
export async function copyToClipboard({ env, cwd, signal, io }: Context, text: string): Promise<string> {
  for (const { argv, works } of COPIERS) {
    if (!works(env, text)) continue;
    const { failure } = await runCommand({
      argv,
      cwd,
      env: childEnvironment(env),
      input: text,
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes: 4096,
      signal,
      onStderr: () => {},
    });
    if (failure === undefined) return `with ${argv[0]}`;
  }
  const base64 = Buffer.from(text).toString('base64');
  if (io.stdout.isTTY && base64.length <= LONGEST_SEQUENCE) {
    await io.stdout.write(`\x1b]52;c;${base64}\x07`);
    return 'by way of the terminal, if it allows that';
  }
  throw new InputError('nothing here takes a text to the clipboard', {
    hint: 'install wl-copy, xclip or xsel, or write it to a file: /export md FILE',
  });
}
