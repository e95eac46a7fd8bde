import { UsageError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import type { Chat } from './chat-state.ts';
import { SLASH_COMMANDS, type SlashHost } from './slash-commands.ts';
import { readSlashLine } from './slash-line.ts';

/**
 * Runs the command of a line.
 * @returns false when the chat is over
 * @throws UsageError for a command there is not; whatever the command throws
 */
export async function runSlashCommand(chat: Chat, line: string, host: SlashHost): Promise<boolean> {
  const { name, rest } = readSlashLine(line);
  const command = commandNamed(name);
  if (command) return (await command.run(chat, rest, host)) !== false;
  const meant = nearest(name, Object.keys(SLASH_COMMANDS));
  throw new UsageError(`there is no command /${name}`, {
    hint: `${meant ? `did you mean /${meant}? ` : ''}/help lists all; a message that begins with "/" is typed with "//"`,
  });
}

/** Whether a line names a command that there is. */
export function namesSlashCommand(line: string): boolean {
  return commandNamed(readSlashLine(line).name) !== undefined;
}

function commandNamed(name: string) {
  return Object.hasOwn(SLASH_COMMANDS, name) ? SLASH_COMMANDS[name] : undefined;
}
