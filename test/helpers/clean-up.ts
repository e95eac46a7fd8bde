/**
 * What helpers tidy away. Test files share a process and its modules, so a hook that a helper registers when it is
 * loaded would run for the first file alone; `setup.ts` runs these for every file.
 */
type CleanUp = () => Promise<void> | void;

const tests: CleanUp[] = [];
const files: CleanUp[] = [];

/** Has a function run after every test of every file. An error it throws is the test's. */
export function afterEachTest(cleanUp: CleanUp): void {
  tests.push(cleanUp);
}

/** Has a function run after the last test of every file. */
export function afterEachFile(cleanUp: CleanUp): void {
  files.push(cleanUp);
}

export const cleanUps = { tests, files } as const;
