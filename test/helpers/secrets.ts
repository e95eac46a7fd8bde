import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CANARY = 'planted-canary-0123456789';

/** Secrets that do nothing while the emulator is asked, since it needs none. */
export const PLANTED: Readonly<Record<string, string>> = {
  GEMINI_API_KEY: `${CANARY}-gemini`,
  OPENAI_API_KEY: `${CANARY}-openai`,
  GEMINI_GDC_TOKEN: `${CANARY}-gdc`,
};

/** Throws when an output holds a secret that the program was given: by its environment, or in a file that it was told. */
export function checkForSecrets(
  output: string,
  given: { env: Record<string, string>; args: readonly string[] },
) {
  for (const secret of [CANARY, ...secretsOf(given)]) {
    if (output.includes(secret)) throw new Error(`a secret is shown (${secret}): ${output.slice(0, 2000)}`);
  }
}

/** Throws when a file below a folder holds a planted secret. */
export function checkFilesForSecrets(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, entry);
    const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };
    if (size > 0 && size < 1_000_000 && holdsCanary(file)) throw new Error(`a secret is in ${file}`);
  }
}

function holdsCanary(file: string): boolean {
  try {
    return readFileSync(file).includes(CANARY);
  } catch {
    // A folder, or nothing that can be read.
    return false;
  }
}

/** Shorter values are words of a test, and not searched for by the program either. */
const SHORTEST = 8;

function secretsOf({ env, args }: { env: Record<string, string>; args: readonly string[] }): string[] {
  const secrets = Object.keys(env)
    .filter((name) => /(KEY|TOKEN|SECRET|PASSWORD)$/.test(name))
    .map((name) => env[name] ?? '');
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
    const password = URL.canParse(env[name] ?? '') ? new URL(env[name] ?? '').password : '';
    secrets.push(password, decodeURIComponent(password));
  }
  args.forEach((word, index) => {
    if (word === '--token-file' || word === '--api-key-file') secrets.push(contentOf(args[index + 1] ?? ''));
  });
  return secrets.filter((secret) => secret.length >= SHORTEST);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
