import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { faults, HI, ROOT, type Row, refusal } from './row.ts';

const folder = temporaryFolder();
// Another user must reach what is in it.
chmodSync(folder, 0o755);
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const NASTY = 'new\nline\x1b[2J\u202e.png';
writeFileSync(join(folder, NASTY), '');
writeFileSync(join(folder, '-x.png'), PNG);
writeFileSync(join(folder, `${'n'.repeat(251)}.png`), PNG);
writeFileSync(join(folder, 'cut.png'), PNG.subarray(0, 20));
writeFileSync(join(folder, 'notes.ts'), 'export const one = 1;\n');
writeFileSync(join(folder, 'huge.json'), `${'['.repeat(100_000)}`);
mkdirSync(join(folder, 'sub'));
writeFileSync(join(folder, 'sub', 'a.png'), PNG);
symlinkSync('..', join(folder, 'sub', 'parent'));
symlinkSync('b', join(folder, 'a'));
symlinkSync('a', join(folder, 'b'));
mkdirSync(join(folder, 'private'), { mode: 0o700 });
writeFileSync(join(folder, 'private', 'a.png'), PNG);
writeFileSync(join(folder, 'closed.png'), PNG, { mode: 0 });
const socket = createServer().listen(join(folder, 'socket'));
afterAll(() => socket.close());
const unix = process.platform === 'win32' ? 'Windows has none of these' : false;
const asNobody: Partial<Row> = {
  uid: 65534,
  env: { HOME: '/nowhere' },
  skip: ROOT ? false : 'only root may become another user',
};

/** Nothing may be sent when an input is bad. */
const bad = (fault: string, args: readonly string[], more: Partial<Row> = {}): Row => ({
  fault,
  command: ['ask', 'hello', '-b', 'developer', '--base-url', 'http://127.0.0.1:1', ...args],
  cwd: folder,
  exit: 3,
  ...more,
});

const good = (fault: string, args: readonly string[], more: Partial<Row> = {}): Row => ({
  fault,
  server: [HI],
  args,
  cwd: folder,
  exit: 0,
  stdout: 'Hi\n',
  ...more,
});

faults('what cannot be read', [
  bad('links that go round', ['-a', 'a'], { skip: unix, says: /"?a"?/ }),
  bad('an image that is cut within its header', ['-a', 'cut.png'], { says: /cut\.png is a broken image/ }),
  bad('a socket', ['-a', 'socket'], { skip: unix, says: /socket/ }),
  bad('a device', ['-a', '/dev/zero'], { skip: unix, says: /\/dev\/zero/, seconds: 5 }),
  bad('a name that would drive the terminal', ['-a', NASTY], {
    says: /^gemini: "new\\nline\\u001b\[2J\\u202e\.png" is empty\n/,
  }),
  bad('a file without permission', ['-a', 'closed.png'], { ...asNobody, says: /closed\.png.*permission/ }),
  bad('a folder without permission', ['-a', 'private'], { ...asNobody, says: /private/ }),
  bad('a pattern that ends in a folder without permission', ['-a', 'private/*.png'], {
    ...asNobody,
    says: /private/,
  }),
  bad('JSON that is nested without end', ['--request', 'huge.json'], { says: /huge\.json/ }),
  bad('JSON that is nested without end, as a schema', ['--schema', '@huge.json'], { exit: 2 }),
  bad('JSON that is nested without end, as tools', ['--tools', '@huge.json'], { says: /huge\.json/ }),
  bad('a name of 300 bytes', ['-a', `${'x'.repeat(300)}.png`]),
  bad('settings that are closed', [], {
    ...asNobody,
    env: { HOME: join(folder, 'private') },
    exit: 2,
    says: /config\.json/,
  }),
]);

faults('what is unusual, and no fault', [
  good('a name that begins with a dash', ['-a', './-x.png', '--image=-x.png']),
  good('a name of 255 bytes', ['-a', `${'n'.repeat(251)}.png`]),
  good('a pattern through a link to the folder above', ['-a', 'sub/**/*.png']),
  good('a program in TypeScript is text and no video', ['-a', 'notes.ts']),
  good('no folder of settings can be made', [], { env: { HOME: '/nowhere/at/all' } }),
  good('no home', [], { env: { HOME: '' } }),
]);

const many = mkdtempSync(join(folder, 'many-'));
for (let n = 0; n < 150; n++)
  writeFileSync(join(many, `${n}.png`), Buffer.concat([PNG, Buffer.from(`${n}`)]));
faults('more files than may be open', [
  good('at once', ['-a', join(many, '*.png')], {
    skip: unix,
    shell: 'ulimit -n 64 && exec "$@"',
    says: /^$/,
  }),
  {
    fault: 'one by one, some of which the service refuses: the others are done',
    does: ['describe', join(many, '*.png')],
    server: [
      { ...refusal(400, 'INVALID_ARGUMENT'), times: 3 },
      { ...HI, times: 'any' },
    ],
    args: ['--format', 'text'],
    skip: unix,
    shell: 'ulimit -n 64 && exec "$@"',
    exit: 9,
    stdout: /./,
    also: ({ stdout }) => expect(stdout.toString().match(/^Hi$/gm)).toHaveLength(147),
    requests: 150,
    seconds: 25,
  },
]);

if (!unix) {
  const latin = mkdtempSync(join(folder, 'latin-'));
  const name = Buffer.concat([Buffer.from(join(latin, 'a')), Buffer.of(0xe9), Buffer.from('.png')]);
  let refused = false;
  try {
    writeFileSync(name, PNG);
  } catch {
    refused = true;
  }
  faults('a name that is no UTF-8', [
    bad('in a folder', ['-a', latin], {
      skip: refused && 'this file system takes no such names',
      exit: 3,
      says: /UTF-8/,
      also: () => expect(execFileSync('ls', [latin]).length).toBeGreaterThan(0),
    }),
  ]);
}
