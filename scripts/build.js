// Bundles src/ into dist/: CommonJS, since Node loads it some milliseconds faster than ES modules, one chunk for the
// way every command takes and one for each `await import()`, so that what is not used is not loaded.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

const root = new URL('..', import.meta.url).pathname;
const { version, dependencies = {} } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const bundle = await rolldown({
  input: { main: `${root}src/main.ts` },
  platform: 'node',
  external: [/^node:/, ...Object.keys(dependencies).map((name) => new RegExp(`^${name}(/|$)`))],
  // jsonc-parser's main file is UMD, which cannot be bundled; what packages offer as a module can.
  resolve: { mainFields: ['module', 'main'] },
  transform: { define: { __VERSION__: JSON.stringify(version) }, target: 'node20' },
  onLog(level, log, handler) {
    if (level === 'warn') throw new Error(log.message);
    handler(level, log);
  },
});
rmSync(`${root}dist`, { recursive: true, force: true });
await bundle.write({
  dir: `${root}dist`,
  format: 'cjs',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  minify: true,
});
await bundle.close();
writeFileSync(`${root}dist/package.json`, '{ "type": "commonjs" }\n');
