import type { OutputStream } from './io.ts';

const STYLE_NAMES = [
  'bold',
  'dim',
  'italic',
  'underline',
  'strikethrough',
  'red',
  'yellow',
  'green',
  'cyan',
] as const;

/** Ways to set text off, each a function of plain text. */
export type Style = Readonly<Record<(typeof STYLE_NAMES)[number], (text: string) => string>>;

const same = (text: string) => text;

/** A style that changes nothing. */
export const PLAIN_STYLE: Style = styleOf(() => same);

/** The style for one stream, by its own colour level: chalk is loaded only where there is one. */
export async function styleFor(stream: Pick<OutputStream, 'colorLevel'>): Promise<Style> {
  if (stream.colorLevel === 0) return PLAIN_STYLE;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: stream.colorLevel });
  return styleOf((name) => (text) => chalk[name](text));
}

function styleOf(make: (name: keyof Style) => (text: string) => string): Style {
  return Object.fromEntries(STYLE_NAMES.map((name) => [name, make(name)])) as Style;
}
