import { keyOf, longFlag, SETTING_NAMES } from '../../config/check-value.ts';
import { SETTINGS, type Setting } from '../../config/settings.ts';
import { VARIABLES } from '../../config/variables.ts';

/** `gemini help environment`: every variable that is read. */
export function environment(): string {
  const ofSettings = SETTING_NAMES.flatMap((name) => {
    const setting: Setting = SETTINGS[name];
    return (setting.env ?? []).map((variable) => [variable, `as ${longFlag(setting)}: ${setting.help}`]);
  });
  const rows = [...ofSettings, ...VARIABLES.map(({ name, help }) => [name, help])];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return [
    'What counts: a flag, then the environment, then the profile (--profile), then your file of settings, then the',
    'default. "gemini config path" says where that file is, "gemini config list" what is set and where.',
    `It is JSON with comments: {"${keyOf('model')}": "...", "profiles": {"work": {"${keyOf('project')}": "..."}}}`,
    '',
    ...rows.map(([name = '', help = '']) => `  ${name.padEnd(width)}  ${help}`),
    '',
  ].join('\n');
}
