import { lockFile } from '../../../src/record-log/lock.ts';
import { openRecordLog } from '../../../src/record-log/record-log.ts';

const [does, path = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

if (does === 'lock') {
  // Tries as soon as it is told to, and keeps the lock until stdin ends.
  process.stdin.once('data', async () => {
    try {
      const release = await lockFile(path);
      say('taken');
      process.stdin.once('end', () => void release()).resume();
    } catch (error) {
      say(`refused: ${(error as Error).message}`);
      process.stdin.destroy();
    }
  });
  say('ready');
} else {
  // Adds records, several at a time, and says which are on the disk; until it is killed or the disk is full.
  const none = { onRecord: () => {}, note: () => {} };
  const write = async () => {
    const log = await openRecordLog(path, none);
    for (let n = 0; ; n += 3) {
      await Promise.all([n, n + 1, n + 2].map((each) => log.append({ n: each, text: 'é'.repeat(100) })));
      say(String(n + 2));
    }
  };
  write().catch((error: Error) => say(`${error.name}: ${error.message}`));
}
