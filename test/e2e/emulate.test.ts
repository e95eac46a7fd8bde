import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runGemini, startGemini, temporaryFolder } from '../helpers/run-gemini.ts';

describe('gemini emulate', () => {
  it('serves on the port it prints, plays its script, and says what was never used', async () => {
    const script = join(temporaryFolder(), 'script.json');
    const reply = (text: string) => ({
      name: text,
      chunks: [{ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] }],
    });
    writeFileSync(script, JSON.stringify({ replies: [reply('scripted'), reply('left over')] }));
    const child = startGemini(['emulate', '--port', '0', '--script', script]);
    let stderr = '';
    child.stderr?.on('data', (data) => (stderr += data));
    const [line] = await once(child.stdout ?? child, 'data');
    const host = /^GEMINI_EMULATOR_HOST=(\S+)\n$/.exec(String(line))?.[1] ?? '';
    const run = await runGemini(['ask', 'hello'], { env: { GEMINI_EMULATOR_HOST: host } });
    expect(run).toMatchObject({ code: 0, stdout: 'scripted\n' });
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(stderr).toContain('never used: left over');
  });

  it('a taken port, a bad port and a bad script are clear errors', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    expect(await runGemini(['emulate', '--port', port])).toMatchObject({ code: 2, stdout: '' });
    taken.close();
    expect((await runGemini(['emulate', '--port', '99999'])).code).toBe(2);
    const run = await runGemini(['emulate', '--port', '0', '--script', 'coffee.jpg']);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/^gemini: [^\n]*coffee\.jpg[^\n]*\n/);
  });
});
