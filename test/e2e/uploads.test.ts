import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { cuttingProxy } from '../helpers/cutting-proxy.ts';
import { readable, runOnTerminal } from '../helpers/in-terminal.ts';
import { EXAMPLES, runGemini, startGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { KEYS, s3Server } from '../helpers/s3-server.ts';
import { withEmulator } from '../helpers/with-emulator.ts';
import { patternBytes } from '../http/servers.ts';

// In KiB. Where it can be had from the system, since `maxRSS` begins with what the process had that started this one.
const RESOURCE_USAGE = `const fs=require('node:fs');const peak=()=>fs.existsSync('/proc/self/status')?/VmHWM:\\s*(\\d+)/.exec(fs.readFileSync('/proc/self/status','latin1'))[1]:process.resourceUsage().maxRSS;process.on('exit',()=>fs.writeFileSync(process.env.PEAK_FILE,String(peak())))`;

describe('gemini files', () => {
  it('uploads, lists, shows and deletes; the same content is sent once', async () => {
    const { env, requests } = await withEmulator();
    const run = (...args: string[]) => runGemini(['files', ...args], { env: { ...env, ...state } });
    const state = { XDG_STATE_HOME: temporaryFolder() };
    const uploaded = await run('upload', 'coffee.jpg');
    expect(uploaded).toMatchObject({ code: 0, stderr: '' });
    expect(uploaded.stdout).toMatch(/^files\/[a-z0-9-]+\n$/);
    const name = uploaded.stdout.trim();

    const again = await run('upload', './coffee.jpg', '--format', 'json');
    expect(JSON.parse(again.stdout)).toEqual([
      {
        file: './coffee.jpg',
        source: name,
        fileUri: `https://generativelanguage.googleapis.com/v1beta/${name}`,
        mimeType: 'image/jpeg',
      },
    ]);
    expect(requests.filter(({ headers }) => headers['x-goog-upload-command'] === 'start')).toHaveLength(1);
    // The upload's address and the file are for nobody else's eyes.
    const folder = join(state.XDG_STATE_HOME, 'gemini-prompt', 'uploads');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).map((file) => statSync(join(folder, file)).mode & 0o777)).toEqual([0o600]);

    const listed = await run('list');
    expect(listed.stdout.split('\t').slice(0, 4)).toEqual([name, 'ACTIVE', 'image/jpeg', '56 kB']);
    expect(listed.stdout).toMatch(/\tcoffee\.jpg\n$/);
    expect(JSON.parse((await run('show', name.replace('files/', ''))).stdout)).toMatchObject({ name });

    const asked = await runGemini(['ask', '-a', name, 'what is this'], { env });
    expect(asked.stdout).toContain('600×400');

    expect(await run('delete', name)).toMatchObject({ code: 0, stdout: '', stderr: `deleted ${name}\n` });
    const gone = await run('show', name);
    expect(gone).toMatchObject({ code: 4, stdout: '' });
    expect(gone.stderr).toMatch(/may not exist/);
  });

  it('of some that cannot be uploaded does the others, and says so', async () => {
    const { env } = await withEmulator();
    const run = await runGemini(['files', 'upload', 'coffee.jpg', 'missing.jpg'], { env });
    expect(run.code).toBe(9);
    expect(run.stdout).toMatch(/^files\/[a-z0-9-]+\n$/);
    expect(run.stderr).toMatch(/missing\.jpg/);
    expect((await runGemini(['files', 'upload', 'missing.jpg'], { env })).code).toBe(3);
  });

  it('asks for a bucket where the backend has no store', async () => {
    const run = await runGemini(['files', 'upload', 'coffee.jpg', '-b', 'vertex'], { env: {} });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('--upload-to gs://');
  });

  it('uploads to Cloud Storage, at STORAGE_EMULATOR_HOST without a credential', async () => {
    const { url, requests } = await withEmulator();
    const run = await runGemini(
      [
        'files',
        'upload',
        'coffee.jpg',
        '--upload-to',
        'gs://media/pictures',
        '--header',
        'x-gateway: canary',
      ],
      { env: { STORAGE_EMULATOR_HOST: url, GEMINI_API_KEY: 'canary-key' } },
    );
    const digest = createHash('sha256')
      .update(readFileSync(join(EXAMPLES, 'coffee.jpg')))
      .digest('hex');
    expect(run).toMatchObject({ code: 0, stderr: '', stdout: `gs://media/pictures/${digest}.jpg\n` });
    // What is for the backend goes to the backend.
    expect(JSON.stringify(requests.map(({ headers }) => headers))).not.toContain('canary');
    expect(requests.length).toBeGreaterThan(1);
  });

  it('uploads to S3, at AWS_ENDPOINT_URL_S3, signed with the keys of the environment', async () => {
    const server = await s3Server();
    const env = {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${server.port}`,
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    };
    const args = ['files', 'upload', 'coffee.jpg', '--upload-to', 's3://media', '--debug'];
    const run = await runGemini(args, { env });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^s3:\/\/media\/[0-9a-f]{64}\.jpg\n$/);
    expect([...server.objects.values()].map(({ bytes }) => bytes)).toEqual([
      readFileSync(join(EXAMPLES, 'coffee.jpg')),
    ]);
    expect(run.stderr).not.toContain(KEYS.secretAccessKey);
    expect(run.stderr).not.toMatch(/Signature=[0-9a-f]/);

    const unset = await runGemini(args, { env: { AWS_ENDPOINT_URL_S3: env.AWS_ENDPOINT_URL_S3 } });
    expect(unset).toMatchObject({ code: 4, stdout: '' });
    expect(unset.stderr).toContain('AWS_ACCESS_KEY_ID');
  });
});

describe('on a terminal', () => {
  it('a line says how far the upload is; Ctrl-C ends it, and the next run goes on', async () => {
    const emulator = await withEmulator();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'talk.txt'), Buffer.alloc(12_000_000, 'text '));
    let held = false;
    const proxy = await cuttingProxy(emulator.port, () => {
      if (held) return undefined;
      held = true;
      return { afterBytes: 9_000_000, holds: true };
    });
    const env = { GEMINI_EMULATOR_HOST: `127.0.0.1:${proxy.port}`, XDG_STATE_HOME: join(folder, 'state') };
    const args = ['files', 'upload', 'talk.txt'];
    const terminal = runOnTerminal(args, { env, cwd: folder });
    await terminal.until(/uploading talk\.txt: (?:[7-9]\d|100) %, [\d.]+ of 12\.00 MB/);
    terminal.press('\x03');
    expect(await terminal.exitCode).toBe(130);
    expect(readable(terminal.screen())).toMatch(/gemini: interrupted\n$/);

    const rest = await runGemini(args, { env, cwd: folder });
    expect(rest).toMatchObject({ code: 0, stderr: '' });
    expect(proxy.sent).toBeLessThan(12_000_000 + 9_000_000 - 8 * 1024 * 1024 + 100_000);
  });
});

describe('an upload that is killed', () => {
  it('goes on at the next run where it ended', async () => {
    const emulator = await withEmulator();
    const folder = temporaryFolder();
    const file = join(folder, 'talk.txt');
    const bytes = Buffer.from(patternBytes(30_000_000).toString('hex').slice(0, 30_000_000));
    writeFileSync(file, bytes);
    let held = false;
    const proxy = await cuttingProxy(emulator.port, () => {
      if (held) return undefined;
      held = true;
      return { afterBytes: 20_000_000, holds: true };
    });
    const env = { GEMINI_EMULATOR_HOST: `127.0.0.1:${proxy.port}`, XDG_STATE_HOME: join(folder, 'state') };
    const child = startGemini(['files', 'upload', file], { env });
    await vi.waitFor(() => expect(proxy.sent).toBe(20_000_000), { timeout: 10_000 });
    child.kill('SIGKILL');
    await once(child, 'close');

    const run = await runGemini(['files', 'upload', file], { env });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    // Two chunks of 8 MiB were whole, and what came of the third may be.
    expect(proxy.sent).toBeLessThan(20_000_000 + 30_000_000 - 2 * 8 * 1024 * 1024 + 100_000);
    const shown = await runGemini(['files', 'show', run.stdout.trim()], { env });
    const digest = createHash('sha256').update(bytes).digest('hex');
    expect(Buffer.from(JSON.parse(shown.stdout).sha256Hash, 'base64').toString()).toBe(digest);
    const starts = emulator.requests.filter(({ headers }) => headers['x-goog-upload-command'] === 'start');
    expect(starts).toHaveLength(1);
  });
});

describe('a large file', () => {
  it('is not read for a dry run, which says that it would be uploaded', async () => {
    const file = join(temporaryFolder(), 'long talk.txt');
    writeFileSync(file, 'text');
    truncateSync(file, 1_500_000_000);
    const args = ['-b', 'developer', '-a', `${file}#mime=text/plain`, 'sum up'];
    const run = await runGemini(['ask', ...args, '--dry-run'], {});
    expect(run.code).toBe(0);
    const uri = `upload:${file}`;
    expect(JSON.parse(run.stdout).contents[0].parts[0].fileData).toEqual({
      mimeType: 'text/plain',
      fileUri: uri,
    });
    expect(run.stderr).toContain('would be uploaded');
    // What is kept to be sent later must hold everything.
    const kept = await runGemini(['ask', ...args, '--save-request', join(file, '../kept.json')]);
    expect(kept.code).toBe(3);
    expect(kept.stderr).toContain('too large');
  });

  it('of a gigabyte is uploaded in flat memory', async () => {
    const folder = temporaryFolder();
    const peak = join(folder, 'peak');
    const require = join(folder, 'peak.cjs');
    writeFileSync(require, RESOURCE_USAGE);
    const peakOf = async (size: number) => {
      const file = join(folder, `${size}.txt`);
      writeFileSync(file, 'text');
      truncateSync(file, size);
      const server = await discardingFilesApi(size);
      const run = await runGemini(['files', 'upload', '--mime', 'text/plain', file], {
        env: {
          GEMINI_EMULATOR_HOST: `127.0.0.1:${server.port}`,
          NODE_OPTIONS: `--require=${require}`,
          PEAK_FILE: peak,
        },
        timeoutMs: 60_000,
      });
      expect(run).toMatchObject({ code: 0, stderr: '', stdout: 'files/x\n' });
      expect(server.received()).toBe(size);
      return Number(readFileSync(peak, 'utf8')) / 1024;
    };
    expect((await peakOf(1_000_000_000)) - (await peakOf(4))).toBeLessThan(50);
  }, 90_000);
});

/** As much of the Files API as one upload needs, which keeps nothing. */
async function discardingFilesApi(size: number) {
  let received = 0;
  const server = createServer(async (request, response) => {
    const { host, 'x-goog-upload-command': command = '' } = request.headers;
    if (command === 'start') {
      response.setHeader('x-goog-upload-url', `http://${host}/upload?upload_id=1`);
      request.resume();
    } else {
      for await (const piece of request) received += piece.length;
    }
    const final = command.includes('finalize');
    const file = { name: 'files/x', uri: 'https://files/x', state: 'ACTIVE', sizeBytes: String(size) };
    response.setHeader('x-goog-upload-status', final ? 'final' : 'active');
    response.end(final ? JSON.stringify({ file }) : '');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, received: () => received };
}
