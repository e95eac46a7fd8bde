// Bundles src/ into dist/: CommonJS, since Node loads it some milliseconds faster than ES modules, one chunk for the
// way every command takes and one for each `await import()`, so that what is not used is not loaded.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

const root = new URL('..', import.meta.url).pathname;
const { version, dependencies = {} } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/**
 * commander can run a subcommand as a program of its own, and loads node:child_process for it. Ours are all functions,
 * and those milliseconds of every start are better spent.
 */
const commanderWithoutPrograms = {
  name: 'commander-without-programs',
  transform: (code, id) =>
    id.includes('/commander/') ? code.replace("require('node:child_process')", '{}') : undefined,
};

/**
 * What stays outside the bundle is CommonJS or Node's own: `require` where the source says `await import`, since the
 * first `import()` of a process loads Node's whole ES module loader, which takes as long as our program.
 */
const requireExternals = {
  name: 'require-externals',
  renderChunk: (code) =>
    code.replace(/\bimport\((["'`])([^"'`.][^"'`]*)\1\)/g, 'Promise.resolve().then(()=>require("$2"))'),
};

const bundle = await rolldown({
  plugins: [commanderWithoutPrograms, requireExternals],
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
// Beside the old one and swapped at the end: whoever runs the program meanwhile never meets half of it.
const made = `${root}dist.new`;
rmSync(made, { recursive: true, force: true });
await bundle.write({
  dir: made,
  format: 'cjs',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  minify: true,
  // Two chunks for the way every question takes and one for its media, in place of fifty: each file costs a third of a
  // millisecond to find.
  // What is loaded only when it is used keeps its own.
  codeSplitting: {
    groups: [
      { name: 'start', test: /src\/(main|cli|cli\/(commands|ask))\.ts$/, priority: 2 },
      { name: 'question', test: /src\/(commands\/ask|composition|backends\/developer)\.ts$/, priority: 1 },
      {
        name: 'media',
        test: /src\/(media\/resolve|commands\/(check-prompt|upload-media))\.ts$/,
        priority: 0,
      },
    ],
  },
});
await bundle.close();
writeFileSync(`${made}/package.json`, '{ "type": "commonjs" }\n');
// The manual page comes from the declarations, which the program itself has.
const run = `process.argv.splice(1, 0, 'gemini'); require(${JSON.stringify(`${made}/main.js`)}).main()`;
const page = execFileSync(process.execPath, ['-e', run, 'help', 'man']);
mkdirSync(`${root}man`, { recursive: true });
writeFileSync(`${root}man/gemini.1`, page);
rmSync(`${root}dist`, { recursive: true, force: true });
renameSync(made, `${root}dist`);
