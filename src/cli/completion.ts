import { Argument, Option } from 'commander';
import { declareProgram } from '../cli.ts';
import { commandFor } from './completion/position.ts';
import { SCRIPTS } from './completion/scripts.ts';
import type { Declare } from './declare.ts';

/** `gemini completion`: a script for the shell, which asks this program at every Tab what may stand there. */
export const declare: Declare = (completion, invocation) => {
  completion
    .addArgument(new Argument('<shell>', 'whose script to print').choices(Object.keys(SCRIPTS)))
    // What the scripts ask: the words before the one that is being typed, and that one.
    .argument('[words...]')
    .usage('[options] <shell>')
    .addOption(new Option('--current <word>').hideHelp())
    .configureHelp({ visibleArguments: () => completion.registeredArguments.slice(0, 1) })
    .addHelpText('after', EXAMPLES)
    .action(async (shell: keyof typeof SCRIPTS, words: string[], flags: Record<string, unknown>) => {
      const { io } = invocation.openFor({});
      if (typeof flags.current !== 'string') return io.stdout.write(SCRIPTS[shell]);
      const { complete } = await import('./completion/complete.ts');
      const wanted = commandFor(words, flags.current);
      const program = await declareProgram(invocation, (name) => name === wanted);
      const lines = await complete(program, { words, current: flags.current, env: invocation.env });
      return io.stdout.write(lines.map((line) => `${line}\n`).join(''));
    });
};

const EXAMPLES = `
Put one of these where your shell starts:
  bash        source <(gemini completion bash)                               in ~/.bashrc
  zsh         source <(gemini completion zsh)                                in ~/.zshrc, after compinit
  fish        gemini completion fish | source                                in ~/.config/fish/config.fish
  powershell  gemini completion powershell | Out-String | Invoke-Expression  in $PROFILE
`;
