import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

type Package = { version?: string; resolved?: string; optionalDependencies?: Record<string, string> };

const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8')) as {
  packages: Record<string, Package>;
};

it('the lockfile knows the packages of every platform, without which `npm ci` refuses it', () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !lock.packages[`${path}/node_modules/${name}`] && !lock.packages[`node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

it('gaxios is one copy for the Google credentials, since auth/google replaces its transport', () => {
  for (const user of ['google-auth-library', 'gcp-metadata']) {
    expect(lock.packages).not.toHaveProperty([`node_modules/${user}/node_modules/gaxios`]);
  }
  expect(lock.packages['node_modules/gaxios']?.version).toMatch(/^7\./);
});

it('the lockfile names no server that packages came from', () => {
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
});
