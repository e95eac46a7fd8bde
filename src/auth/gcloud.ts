import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { commandCredential, commandLine } from './command.ts';
import type { Credential } from './credential.ts';
import type { AuthPorts } from './ports.ts';

/**
 * The path of a program on PATH; undefined when it is not there. On Windows Google's programs are `.cmd` files.
 */
export function programOnPath(name: string, env: AuthPorts['env']): string | undefined {
  const file = process.platform === 'win32' ? `${name}.cmd` : name;
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, file)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The account that `gcloud auth login` left behind. */
export function gcloudCredential(
  program: string,
  quotaProject: string | undefined,
  ports: AuthPorts,
): Credential {
  return commandCredential(
    {
      argv: started(program, 'auth', 'print-access-token'),
      source: 'gcloud',
      hint: 'run "gcloud auth application-default login", or set GOOGLE_APPLICATION_CREDENTIALS to a key file',
    },
    {
      quotaProject,
      projectId: () => commandLine(started(program, 'config', 'get-value', 'project', '--quiet'), ports),
    },
    ports,
  );
}

/**
 * The account that `gdcloud auth login` left behind.
 * @param audience `https://ENDPOINT` without a port, as the CLI reference has it for REST
 */
export function gdcloudCredential(program: string, audience: string, ports: AuthPorts): Credential {
  return commandCredential(
    {
      argv: started(program, 'auth', 'print-identity-token', `--audiences=${audience}`),
      source: 'gdcloud',
      hint: 'run "gdcloud auth login", or set GEMINI_GDC_TOKEN',
    },
    { quotaProject: undefined },
    ports,
  );
}

/** Windows runs a .cmd file by its command interpreter only; none of these words needs quotes. */
function started(program: string, ...words: string[]): [string, ...string[]] {
  return process.platform === 'win32' ? ['cmd.exe', '/d', '/c', program, ...words] : [program, ...words];
}
