import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The file that `gcloud auth application-default login` writes; undefined when it is not there. */
export function wellKnownCredentialFile(
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const folder =
    env.CLOUDSDK_CONFIG ||
    (process.platform === 'win32'
      ? env.APPDATA && join(env.APPDATA, 'gcloud')
      : env.HOME && join(env.HOME, '.config', 'gcloud'));
  const file = folder && join(folder, 'application_default_credentials.json');
  return file && existsSync(file) ? file : undefined;
}
