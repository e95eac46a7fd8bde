import { describe, expect, it } from 'vitest';
import { chooseBackend, resolveConfig } from '../../src/config/config.ts';
import { SETTINGS, type Setting } from '../../src/config/settings.ts';
import { UsageError } from '../../src/errors.ts';

describe('resolveConfig', () => {
  it('takes the flag before the environment before the default, and knows which it was', () => {
    const env = { GEMINI_MODEL: 'from-env', GOOGLE_CLOUD_LOCATION: 'us' };
    const both = resolveConfig({ model: 'from-flag' }, env);
    expect([both.text('model'), both.origin('model')]).toEqual(['from-flag', '--model']);
    const one = resolveConfig({}, env);
    expect([one.text('model'), one.origin('model')]).toEqual(['from-env', 'GEMINI_MODEL']);
    expect([one.text('location'), one.origin('location')]).toEqual(['us', 'GOOGLE_CLOUD_LOCATION']);
    const none = resolveConfig({}, {});
    expect([none.text('location'), none.origin('location')]).toEqual(['global', undefined]);
    expect(none.text('model')).toBeUndefined();
  });

  it('takes an empty variable for none, but an empty flag for a mistake', () => {
    expect(resolveConfig({}, { GOOGLE_CLOUD_LOCATION: '' }).text('location')).toBe('global');
    expect(() => resolveConfig({ location: '' }, {})).toThrow(UsageError);
  });

  it.each([
    [{ timeout: 'soon' }, {}],
    [{ timeout: '-1' }, {}],
    [{ timeout: '1e999' }, {}],
    [{ retries: '1.5' }, {}],
    [{ retries: '' }, {}],
    [{ backend: 'vertx' }, {}],
    [{}, { GEMINI_BACKEND: 'nobody' }],
  ])('refuses %j %j', (flags, env) => {
    expect(() => resolveConfig(flags, env)).toThrow(UsageError);
  });

  it('reads seconds and counts as numbers', () => {
    const config = resolveConfig({ timeout: '2.5', retries: '0' }, {});
    expect([config.number('timeout'), config.number('retries')]).toEqual([2.5, 0]);
  });
});

describe('the table of settings', () => {
  it('names each setting as its flag does, so that commander finds it', () => {
    for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
      const long = /--([a-z-]+)/.exec(setting.flag)?.[1] ?? '';
      expect(long.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())).toBe(name);
    }
  });

  it('offers no flag whose value is a secret', () => {
    for (const { flag } of Object.values<Setting>(SETTINGS)) {
      expect(flag).not.toMatch(/--(api-key|token|password|secret)(?!-(file|command))/);
    }
  });
});

describe('chooseBackend', () => {
  const choose = (flags: Record<string, string>, env: Record<string, string>) =>
    chooseBackend(resolveConfig(flags, env), env);

  it.each([
    [{}, {}, undefined],
    [{}, { GOOGLE_CLOUD_PROJECT: 'p' }, 'vertex'],
    [{}, { GEMINI_API_KEY: 'k', GOOGLE_CLOUD_PROJECT: 'p' }, 'developer'],
    [{}, { GEMINI_API_KEY: 'k', GOOGLE_GENAI_USE_VERTEXAI: 'true' }, 'vertex'],
    [{}, { GEMINI_API_KEY: 'k', GOOGLE_GENAI_USE_ENTERPRISE: 'true' }, 'vertex'],
    [
      {},
      { GEMINI_API_KEY: 'k', GOOGLE_GENAI_USE_ENTERPRISE: 'false', GOOGLE_GENAI_USE_VERTEXAI: 'true' },
      'developer',
    ],
    [{}, { GEMINI_API_KEY: 'k', GEMINI_EMULATOR_HOST: '127.0.0.1:1' }, 'emulator'],
    [{}, { GEMINI_BACKEND: 'vertex', GEMINI_API_KEY: 'k' }, 'vertex'],
    [{ backend: 'developer' }, { GEMINI_BACKEND: 'vertex' }, 'developer'],
    [{ apiKeyFile: 'key.txt' }, {}, 'developer'],
  ])('%j %j → %s', (flags, env, expected) => {
    expect(choose(flags as Record<string, string>, env as Record<string, string>)).toBe(expected);
  });
});
