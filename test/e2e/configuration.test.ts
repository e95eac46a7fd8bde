import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';

/** A home with a file of settings. */
function home(text?: string) {
  const folder = temporaryFolder();
  const file = join(folder, 'gemini-prompt', 'config.json');
  if (text !== undefined) {
    mkdirSync(dirname(file));
    writeFileSync(file, text);
  }
  const run = (args: string[], options: { env?: Record<string, string>; cwd?: string } = {}) =>
    runGemini(args, { ...options, env: { XDG_CONFIG_HOME: folder, ...options.env } });
  /** The URL of the request that would be sent. */
  const url = async (args: string[], env: Record<string, string> = {}) => {
    const { stdout, stderr } = await run(['ask', '--dry-run=http', 'x', ...args], { env });
    return stdout.split('\n')[0] || stderr;
  };
  return { file, run, url };
}

const SETTINGS = `{
  // what I use every day
  "backend": "vertex",
  "project": "of-the-file",
  "location": "eu",
  "profile": "home",
  "profiles": {
    "home": { "project": "of-home" },
    "work": { "project": "of-work", "location": "us", },
  },
}`;

describe('settings', () => {
  it('count in the order flag, environment, profile, file, default; all with comments', async () => {
    const { url } = home(SETTINGS);
    const urls = await Promise.all([
      url([]),
      url(['--profile', 'work']),
      url([], { GEMINI_PROFILE: 'work', GOOGLE_CLOUD_PROJECT: 'of-the-environment' }),
      url(['--project', 'of-the-flag'], { GOOGLE_CLOUD_PROJECT: 'of-the-environment' }),
    ]);
    expect(urls.map((each) => /projects\/(.*)\/publishers/.exec(each)?.[1])).toEqual([
      'of-home/locations/eu',
      'of-work/locations/us',
      'of-the-environment/locations/us',
      'of-the-flag/locations/eu',
    ]);
  });

  it('are never read from the working directory', async () => {
    const cwd = temporaryFolder();
    const trap =
      '{"baseUrl": "https://trap.example", "base-url": "https://trap.example", "token-command": "trap"}';
    mkdirSync(join(cwd, 'gemini-prompt'));
    mkdirSync(join(cwd, '.config', 'gemini-prompt'), { recursive: true });
    for (const name of [
      'config.json',
      '.gemini.json',
      'gemini-prompt/config.json',
      '.config/gemini-prompt/config.json',
    ]) {
      writeFileSync(join(cwd, name), trap);
    }
    writeFileSync(
      join(cwd, '.env'),
      'GOOGLE_GEMINI_BASE_URL=https://trap.example\nGEMINI_API_KEY=trap-key\n',
    );
    const { run } = home();
    const [asked, status] = await Promise.all([
      run(['ask', '-b', 'developer', '--dry-run=http', 'x'], { cwd }),
      run(['auth', 'status', '-b', 'developer'], { cwd }),
    ]);
    expect(asked.stdout).toMatch(/^POST https:\/\/generativelanguage\.googleapis\.com\//);
    expect(status.code).toBe(4);
  });

  it('name files from the folder of the file, not from where the program runs', async () => {
    const { file, run } = home('{"backend": "vertex", "project": "p", "token-file": "token"}');
    writeFileSync(join(dirname(file), 'token'), 'of-the-folder');
    const status = await run(['auth', 'status'], { cwd: temporaryFolder() });
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining(join(dirname(file), 'token')) });
  });
});

describe('gemini config', () => {
  it('set makes the file for its owner alone, keeps comments, and list says where a value came from', async () => {
    const { file, run } = home();
    expect(await run(['config', 'path'])).toMatchObject({ code: 0, stdout: `${file}\n` });
    await run(['config', 'set', 'retries', '2']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{ // mine'));
    chmodSync(file, 0o644);
    await run(['config', 'set', '--profile', 'work', 'project', 'p']);
    await run(['config', 'set', 'profile', 'work']);
    expect(readFileSync(file, 'utf8')).toContain('// mine');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [list, get, unset] = await Promise.all([
      run(['config', 'list', '--format', 'json'], { env: { GEMINI_MODEL: 'm' } }),
      run(['config', 'get', 'project']),
      run(['config', 'get', 'endpoint']),
    ]);
    expect(JSON.parse(list.stdout)).toEqual(
      expect.arrayContaining([
        { key: 'retries', value: '2', from: file },
        { key: 'project', value: 'p', from: 'profile work' },
        { key: 'model', value: 'm', from: 'GEMINI_MODEL' },
        { key: 'location', value: 'global', from: 'default' },
      ]),
    );
    expect(get.stdout).toBe('p\n');
    expect(unset.code).toBe(2);
    expect(readdirSync(dirname(file))).toEqual(['config.json']);
  });

  it('unset takes a setting out in the spelling it has, and a link stays a link', async () => {
    const { file, run } = home();
    const real = join(temporaryFolder(), 'dotfile.json');
    mkdirSync(dirname(file));
    writeFileSync(real, '{\n  "apiKeyFile": "key",\n  "model": "m"\n}\n');
    symlinkSync(real, file);
    expect((await run(['config', 'unset', 'api-key-file'])).code).toBe(0);
    expect(readFileSync(real, 'utf8')).toBe('{\n  "model": "m"\n}\n');
  });

  it('a file that cannot be read does not stop what needs no settings', async () => {
    const { run } = home('{"modle": 1}');
    const runs = await Promise.all([
      run(['--version']),
      run(['config', 'path']),
      run(['help', 'environment']),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(runs[2]?.stdout).toMatch(/GEMINI_MODEL +as --model/);
    expect(runs[2]?.stdout).toMatch(/HTTPS_PROXY/);
  });
});
