import { Option } from 'commander';
import type { Declare, Flags } from './declare.ts';
import { formatOption } from './options.ts';

/** `gemini config`: settings and named profiles. */
export const declare: Declare = (config, { openFor }) => {
  config.addHelpText('after', EXAMPLES);
  const profile = () => new Option('--profile <name>', 'in this profile');
  const profileOf = (flags: Flags) => (typeof flags.profile === 'string' ? flags.profile : undefined);
  config
    .command('list', { isDefault: true })
    .description('every setting, and where its value came from')
    .addOption(formatOption())
    .addOption(profile())
    .action(async (flags: Flags) => {
      const { listConfig } = await import('../commands/config.ts');
      await listConfig(openFor(flags), { format: flags.format as 'text' | 'json' });
    });
  config
    .command('get <key>')
    .description('the value of one setting')
    .addOption(profile())
    .action(async (key: string, flags: Flags) => {
      const { getConfig } = await import('../commands/config.ts');
      await getConfig(openFor(flags), key);
    });
  config
    .command('set <key> <value...>')
    .description('keep a setting in your file of settings')
    .addOption(profile())
    .action(async (key: string, values: string[], flags: Flags) => {
      const { changeConfig } = await import('../commands/config.ts');
      await changeConfig(openFor({}), { key, values, profile: profileOf(flags) });
    });
  config
    .command('unset <key>')
    .description('take a setting out of it')
    .addOption(profile())
    .action(async (key: string, flags: Flags) => {
      const { changeConfig } = await import('../commands/config.ts');
      await changeConfig(openFor({}), { key, values: undefined, profile: profileOf(flags) });
    });
  config
    .command('path')
    .description('where that file is')
    .action(async () => {
      const { printConfigPath } = await import('../commands/config.ts');
      await printConfigPath(openFor({}));
    });
};

const EXAMPLES = `
Examples:
  gemini config set model gemini-3.1-pro-preview
  gemini config set --profile work project my-project
  gemini config set profile work
`;
