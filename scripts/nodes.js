// `npm run test:nodes`: the tests under other versions of Node, which the npm package `node` brings.
import { spawnSync } from 'node:child_process';

const VERSIONS = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24'];
const failed = VERSIONS.filter((version) => {
  const run = ['--yes', '--package', `node@${version}`, 'node', 'node_modules/vitest/vitest.mjs', 'run'];
  process.stderr.write(`Node ${version}\n`);
  return spawnSync('npx', run, { stdio: 'inherit' }).status !== 0;
});
if (failed.length > 0) {
  process.stderr.write(`failed under Node ${failed.join(', ')}\n`);
  process.exitCode = 1;
}
