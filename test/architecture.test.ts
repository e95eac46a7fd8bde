import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The import table of docs/architecture.md, read from the source. */

const SRC = resolve(import.meta.dirname, '../src');

/** Anybody may import these: they import (almost) nothing. */
const LEAVES = [
  'errors',
  'concurrency',
  'byte-source',
  'version',
  'nearest',
  'child-process',
  'record-log',
  'windows-name',
];

/** Layer → the layers it may import, beside the leaves and itself. `x:type` allows types only. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  main: ['cli', 'context', 'terminal'],
  cli: ['context:type', 'config', 'prompt', 'terminal:type', 'commands:dynamic'],
  commands: [
    'answer',
    'backends:type',
    'config',
    'context:type',
    'emulator:dynamic',
    'generate',
    'many',
    'media',
    'models',
    'prompt',
    'sessions',
    'show',
    'terminal',
    'tools',
    'transcript',
    'uploads:type',
    'wire',
  ],
  context: ['composition', 'config', 'backends:type', 'terminal', 'emulator:dynamic', 'uploads:type'],
  composition: ['config', 'backends', 'auth', 'http', 'uploads'],
  generate: ['backends:type', 'wire'],
  many: ['wire:type', 'terminal'],
  answer: ['wire', 'terminal'],
  tools: ['wire'],
  transcript: ['wire:type'],
  sessions: ['wire:type'],
  show: ['wire:type'],
  uploads: ['auth', 'http', 'wire', 'models'],
  media: ['prompt', 'backends:type', 'http', 'wire', 'models', 'uploads:type'],
  backends: ['auth', 'http', 'wire', 'models'],
  prompt: ['wire', 'models:type'],
  config: ['wire'],
  models: ['wire'],
  terminal: [],
  http: [],
  auth: [],
  emulator: ['wire:type'],
  wire: [],
  errors: [],
  concurrency: [],
  'byte-source': [],
  version: [],
  nearest: [],
  'child-process': [],
  'record-log': [],
  'windows-name': [],
};

/** Packages with one home. */
const HOMES: Record<string, string> = {
  commander: 'cli',
  chalk: 'terminal/style.ts',
  ora: 'terminal/spinner.ts',
  marked: 'terminal/markdown',
  'mime-types': 'media/mime-type.ts',
  '@cantoo/pdf-lib': 'media/cut-pages.ts',
  undici: 'http/dispatcher.ts',
  aws4fetch: 'auth/aws.ts',
  'google-auth-library': 'auth/google.ts',
};

/** Packages that are reached only by `await import()`, since they cost too much at start. */
const LAZY = [
  'ora',
  'undici',
  'google-auth-library',
  'aws4fetch',
  'file-type',
  'mime-types',
  '@cantoo/pdf-lib',
  'image-size',
  'music-metadata',
  'chalk',
];

type Import = { file: string; specifier: string; kind: 'static' | 'type' | 'dynamic' };

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  for (const [, type, names, specifier = ''] of text.matchAll(
    /^(?:import|export)\s+(type\s)?([^'"();]*?from\s+)?['"]([^'"]+)['"]/gm,
  )) {
    const onlyTypes = Boolean(type) || /^\{(\s*type\s[^,}]+,?)+\s*\}/.test(names ?? '');
    found.push({ file, specifier, kind: onlyTypes ? 'type' : 'static' });
  }
  for (const [, specifier = ''] of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ file, specifier, kind: 'dynamic' });
  }
  return found;
}

const layerOf = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';
const imports = files.flatMap(importsOf);

describe('the import table', () => {
  it('knows every layer and is not empty', () => {
    expect(imports.length).toBeGreaterThan(50);
    expect([...new Set(files.map(layerOf))].filter((layer) => !(layer in MAY_IMPORT))).toEqual([]);
  });

  it('is kept by every import between layers', () => {
    const broken = imports.filter(({ file, specifier, kind }) => {
      if (!specifier.startsWith('.')) return false;
      const from = layerOf(file);
      const target = relative(SRC, resolve(SRC, dirname(file), specifier));
      const to = layerOf(target);
      if (from === to) return crossesCommands(file, target);
      if (LEAVES.includes(to)) return false;
      const allowed = MAY_IMPORT[from] ?? [];
      return !(
        allowed.includes(to) ||
        (allowed.includes(`${to}:type`) && kind === 'type') ||
        (allowed.includes(`${to}:dynamic`) && kind === 'dynamic')
      );
    });
    expect(broken).toEqual([]);
  });

  it('keeps each package in its home, and the costly ones out of the start', () => {
    const broken = imports.filter(({ file, specifier, kind }) => {
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      const strayed = name in HOMES && !file.startsWith(HOMES[name] ?? '');
      return strayed || (LAZY.includes(name) && kind === 'static');
    });
    expect(broken).toEqual([]);
  });

  it('has relative specifiers with their extension, and Node modules with their prefix', () => {
    const broken = imports.filter(
      ({ specifier }) =>
        (specifier.startsWith('.') && !/\.(ts|json)$/.test(specifier)) ||
        ['fs', 'path', 'os', 'http', 'https', 'util', 'stream', 'zlib', 'crypto'].includes(specifier),
    );
    expect(broken).toEqual([]);
  });

  it('lets only main end the process', () => {
    const exits = files.filter((file) =>
      /process\.(exit\(|exitCode\s*=)/.test(readFileSync(join(SRC, file), 'utf8')),
    );
    expect(exits).toEqual(['main.ts']);
  });
});

it('what helps tests registers no hook when it is loaded: it is loaded once for many files', () => {
  const test = join(SRC, '../test');
  const helpers = readdirSync(test, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== join('helpers', 'setup.ts'),
  );
  const hooks = /^(afterEach|afterAll|beforeEach|beforeAll)\(/m;
  expect(helpers.length).toBeGreaterThan(10);
  expect(helpers.filter((file) => hooks.test(readFileSync(join(test, file), 'utf8')))).toEqual([]);
});

/** A command that has grown into a folder is closed to the other commands. */
function crossesCommands(file: string, target: string): boolean {
  const [layer, folder, ...rest] = target.split('/');
  return layer === 'commands' && rest.length > 0 && !file.startsWith(`commands/${folder}`);
}
