import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Bundles a program of this folder the way the product is bundled, since the oldest Node we support runs no TypeScript. */
export async function bundleChild(name: string): Promise<{ script: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'terminal-child-'));
  const bundle = await rolldown({
    input: { [name]: fileURLToPath(new URL(`${name}.ts`, import.meta.url)) },
    platform: 'node',
    external: [/^node:/],
  });
  await bundle.write({
    dir,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
  });
  await bundle.close();
  return { script: join(dir, `${name}.cjs`), remove: () => rm(dir, { recursive: true, force: true }) };
}
