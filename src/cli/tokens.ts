import { Option } from 'commander';
import type { Declare } from './declare.ts';
import {
  addGroup,
  debugOption,
  formatOption,
  partOptions,
  requestOptions,
  settingOptions,
} from './options.ts';
import { typedPrompt } from './typed-prompt.ts';

/** `gemini tokens` */
export const declare: Declare = (command, invocation) => {
  command
    .usage('[options] [part...]')
    .argument('[part...]', 'text; "-" is stdin')
    .addHelpText('after', EXAMPLES);
  partOptions(command);
  addGroup(command, 'Count', [
    new Option('--exact', 'ask the service to count'),
    formatOption(),
    new Option('-q, --quiet', 'the number alone'),
    debugOption(),
  ]);
  requestOptions(command);
  settingOptions(command);
  command.action(async (_texts: string[], flags: Record<string, unknown>) => {
    const prompt = await typedPrompt(command, flags, invocation);
    if (!prompt) return;
    const { readTokensOptions, tokens } = await import('../commands/tokens.ts');
    const options = readTokensOptions(prompt.flags, prompt.parts);
    await tokens(invocation.openFor(prompt.flags), options);
  });
};

const EXAMPLES = `
Examples:
  gemini tokens --video talk.mp4 "summarise"
  gemini tokens -q --image receipt.jpg "read it"
  gemini tokens --exact -a report.pdf "what is new in it"
`;
