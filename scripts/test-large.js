// Runs of 10,000 files, or of as many as the first argument says, with faults and with kills: minutes, not for every day.
import { spawnSync } from 'node:child_process';

const files = process.argv[2] ?? '10000';
const tests = ['test/commands/describe/faults.test.ts', 'test/e2e/describe.test.ts'];
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
  stdio: 'inherit',
  env: { ...process.env, DESCRIBE_TEST_FILES: files },
});
process.exit(status ?? 1);
