import { Option } from 'commander';
import type { Declare, Flags } from './declare.ts';
import { debugOption, formatOption, settingOptions } from './options.ts';

/** `gemini models`: what can be asked, with limits. */
export const declare: Declare = (models, { openFor }) => {
  models.addHelpText('after', EXAMPLES);
  const add = (name: string, description: string, isDefault = false) => {
    const command = models
      .command(name, { isDefault })
      .description(description)
      .addOption(formatOption())
      .addOption(new Option('-q, --quiet', 'no notes on stderr'))
      .addOption(debugOption());
    settingOptions(command);
    return command;
  };
  add('list', 'the models of the backend, with the tokens they take and give', true).action(
    async (flags: Flags) => {
      const { listModels } = await import('../commands/models.ts');
      await listModels(openFor(flags), { format: flags.format as 'text' | 'json' });
    },
  );
  add('show <id>', 'what the service says of a model, and what is documented of it').action(
    async (id: string, flags: Flags) => {
      const { showModel } = await import('../commands/models.ts');
      await showModel(openFor(flags), id, { format: flags.format as 'text' | 'json' });
    },
  );
};

const EXAMPLES = `
Examples:
  gemini models
  gemini models show gemini-3.8-flash
  gemini models -b openai --base-url http://localhost:11434/v1
  gemini models --format json | jq -r '.[].id'
`;
