import type { Declare, Flags } from './declare.ts';
import { formatOption, settingOptions } from './options.ts';

/** `gemini auth`: which credential is used, and why. */
export const declare: Declare = (auth, { openFor }) => {
  const status = auth
    .command('status', { isDefault: true })
    .description('every place a credential may come from, and why it won or lost; nothing is sent')
    .addOption(formatOption());
  settingOptions(status);
  status.action(async (flags: Flags) => {
    const { authStatus } = await import('../commands/auth.ts');
    await authStatus(openFor(flags), { format: flags.format as 'text' | 'json' });
  });
};
