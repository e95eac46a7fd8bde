import { commandWords } from '../child-process/command-words.ts';
import { UsageError } from '../errors.ts';
import { commandCredential } from './command.ts';
import type { Credential } from './credential.ts';
import type { AuthPorts } from './ports.ts';

/**
 * The credential of `--token-command`, whose words are parted without a shell.
 * @param from the flag or profile it came from
 * @throws UsageError for a quote that does not end, or no word at all
 */
export function tokenCommandCredential(
  { value, from }: { value: string; from: string },
  quotaProject: string | undefined,
  ports: AuthPorts,
): Credential {
  const [program, ...rest] = commandWords(value, (problem) => new UsageError(`${from} ${problem}`));
  if (!program) throw new UsageError(`${from} names no command`);
  return commandCredential({ argv: [program, ...rest], source: from }, { quotaProject }, ports);
}
