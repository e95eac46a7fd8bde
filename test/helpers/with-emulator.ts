import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { EmulatorScript } from '../../src/emulator/script.ts';
import { afterEachTest } from './clean-up.ts';
import { checkForSecrets } from './secrets.ts';

const running: Emulator[] = [];
afterEachTest(async () => {
  const unused: string[] = [];
  for (const emulator of running.splice(0)) {
    unused.push(...emulator.unusedReplies());
    const sent = emulator.requests.map(({ path, query, headers }) =>
      JSON.stringify({ path, query, headers }),
    );
    checkForSecrets(sent.join('\n'), { env: {}, args: [] });
    await emulator.close();
  }
  // A reply nobody asked for means that the test does not test what it says.
  if (unused.length > 0) throw new Error(`replies never used: ${unused.join(', ')}`);
});

/** An emulator for this test alone, which keeps what it was sent; all its replies must be used. */
export async function withEmulator(
  script?: EmulatorScript,
): Promise<Emulator & { env: Record<string, string> }> {
  const emulator = await startEmulator({ record: true, ...(script ? { script } : {}) });
  running.push(emulator);
  return { ...emulator, env: { GEMINI_EMULATOR_HOST: `127.0.0.1:${emulator.port}` } };
}
