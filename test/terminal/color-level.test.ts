import { describe, expect, it } from 'vitest';
import { colorLevel } from '../../src/terminal/color-level.ts';

const terminal = { isTTY: true, getColorDepth: (env: object) => ('COLORTERM' in env ? 24 : 4) };
const pipe = {};

describe('the colours of a stream', () => {
  it.each([
    ['a terminal has its own', terminal, {}, 'auto', 1],
    ['true colour is seen', terminal, { COLORTERM: 'truecolor' }, 'auto', 3],
    ['a pipe has none', pipe, {}, 'auto', 0],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, 'auto', 0],
    ['an empty NO_COLOR is not set', terminal, { NO_COLOR: '' }, 'auto', 1],
    ['TERM=dumb', terminal, { TERM: 'dumb' }, 'auto', 0],
    ['FORCE_COLOR in a pipe', pipe, { FORCE_COLOR: '1' }, 'auto', 1],
    ['FORCE_COLOR with a level', pipe, { FORCE_COLOR: '3' }, 'auto', 3],
    ['FORCE_COLOR=0 on a terminal', terminal, { FORCE_COLOR: '0' }, 'auto', 0],
    ['FORCE_COLOR beats NO_COLOR', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, 'auto', 1],
    ['--color=always in a pipe', pipe, { NO_COLOR: '1' }, 'always', 1],
    ['--color=always on a terminal', terminal, { COLORTERM: 'truecolor' }, 'always', 3],
    ['--color=never', terminal, { FORCE_COLOR: '3' }, 'never', 0],
  ] as const)('%s', (_name, stream, env, mode, level) => {
    expect(colorLevel(stream, env, mode)).toBe(level);
  });
});
