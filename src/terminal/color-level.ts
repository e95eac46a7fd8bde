/** What `--color` can say. */
export type ColorMode = 'auto' | 'always' | 'never';

/** The part of a terminal stream that knows its colours; a pipe has neither member. */
export type ColorStream = { isTTY?: boolean; getColorDepth?(env?: object): number };

/**
 * How many colours to use on one stream, as chalk counts them: 0 none, 1 basic, 2 256, 3 true colour.
 * The flag wins, then FORCE_COLOR, as in Node itself; NO_COLOR (https://no-color.org) and TERM=dumb follow.
 */
export function colorLevel(stream: ColorStream, env: NodeJS.ProcessEnv, mode: ColorMode): 0 | 1 | 2 | 3 {
  if (mode === 'never') return 0;
  if (mode === 'always') return atLeastBasic(terminalLevel(stream, env));
  if (env.FORCE_COLOR !== undefined) return forcedLevel(env.FORCE_COLOR);
  if (!stream.isTTY || env.NO_COLOR || env.TERM === 'dumb') return 0;
  return terminalLevel(stream, env);
}

function forcedLevel(value: string): 0 | 1 | 2 | 3 {
  if (value === '0' || value === 'false') return 0;
  return value === '2' ? 2 : value === '3' ? 3 : 1;
}

function terminalLevel(stream: ColorStream, env: NodeJS.ProcessEnv): 0 | 1 | 2 | 3 {
  // Both variables are settled above; Node would print a warning when it meets the two together.
  const { NO_COLOR, FORCE_COLOR, ...terminal } = env;
  const bits = stream.getColorDepth?.(terminal) ?? 1;
  if (bits >= 24) return 3;
  if (bits >= 8) return 2;
  return bits >= 4 ? 1 : 0;
}

function atLeastBasic(level: 0 | 1 | 2 | 3): 1 | 2 | 3 {
  return level === 0 ? 1 : level;
}
