import type { Declare, Flags } from './declare.ts';
import { debugOption, formatOption, settingOptions } from './options.ts';

/** `gemini doctor` */
export const declare: Declare = (doctor, { openFor }) => {
  doctor.addOption(formatOption()).addOption(debugOption());
  settingOptions(doctor);
  doctor.action(async (flags: Flags) => {
    const command = await import('../commands/doctor.ts');
    await command.doctor(openFor(flags), { format: flags.format as 'text' | 'json' });
  });
};
