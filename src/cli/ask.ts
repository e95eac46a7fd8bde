import type { Declare } from './declare.ts';
import { answerOptions, partOptions, previewOptions, requestOptions, settingOptions } from './options.ts';
import { typedPrompt } from './typed-prompt.ts';

/** `gemini ask` */
export const declare: Declare = (command, invocation) => {
  command
    .usage('[options] [part...]')
    .argument('[part...]', 'text; "-" is stdin')
    .addHelpText('after', EXAMPLES);
  for (const add of [partOptions, requestOptions, answerOptions, previewOptions, settingOptions])
    add(command);
  command.action(async (_texts: string[], flags: Record<string, unknown>) => {
    const prompt = await typedPrompt(command, flags, invocation);
    if (!prompt) return;
    const { ask, readAskOptions } = await import('../commands/ask.ts');
    await ask(invocation.openFor(prompt.flags), readAskOptions(prompt.flags, prompt.parts));
  });
};

const EXAMPLES = `
Examples:
  gemini ask "Before:" --image a.png "After:" --image b.png "What changed?"
  git diff | gemini ask "write a commit message"
  gemini ask --audio talk.mp3 "summarise" -o summary.txt --usage
  gemini ask -b vertex -a gs://bucket/scones.jpg "what is this" --dry-run
  gemini ask --image receipt.jpg "read it" --schema 'shop, total float, currency'
  gemini ask "weather in Boston?" --tools @tools.json --tool 'get_weather=./weather.sh'
`;
