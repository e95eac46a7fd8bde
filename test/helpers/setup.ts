import { afterAll, afterEach } from 'vitest';
import { cleanUps } from './clean-up.ts';

afterEach(async () => {
  for (const cleanUp of cleanUps.tests) await cleanUp();
});

afterAll(async () => {
  for (const cleanUp of cleanUps.files) await cleanUp();
});
