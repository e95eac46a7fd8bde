import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';

/**
 * A text that stands for itself even if it begins with "@": whoever reads the flag must not take it for the name of a
 * file, since a template is data.
 */
export type LiteralText = { readonly literal: string };

/** `literal` where the flag of the command line also takes @FILE. */
type FlagKind = 'text' | 'literal' | 'list' | 'switch';

/** The value of a flag from a template, by the kind of the flag. */
export type TemplateValue = string | LiteralText | readonly string[] | true;

/**
 * The flags that a template may set: what is asked for and how the answer is shown. Not here, and so refused, is all
 * that says where a request goes, with which credential, what is run, and which files are read or written.
 */
const TEMPLATE_FLAGS: Readonly<Record<string, FlagKind>> = {
  model: 'text',
  system: 'literal',
  temperature: 'text',
  'top-p': 'text',
  'top-k': 'text',
  'max-output-tokens': 'text',
  stop: 'list',
  candidates: 'text',
  seed: 'text',
  safety: 'list',
  schema: 'literal',
  'response-mime-type': 'text',
  thinking: 'text',
  'show-thoughts': 'switch',
  'media-resolution': 'text',
  tools: 'literal',
  'google-search': 'switch',
  'code-execution': 'switch',
  'url-context': 'switch',
  labels: 'list',
  'cached-content': 'text',
  set: 'list',
  label: 'switch',
  format: 'text',
  markdown: 'text',
  extract: 'switch',
  sources: 'switch',
};

export function isLiteralText(value: unknown): value is LiteralText {
  return typeof value === 'object' && value !== null && 'literal' in value;
}

/**
 * The name as an options record has it: `topP` for `top-p`, which may be written either way.
 * @throws UsageError for a flag that a template may not set
 */
export function templateFlag(name: string, where: string): { name: string; flag: string; kind: FlagKind } {
  const flag = name.replace(/^--/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const kind = Object.hasOwn(TEMPLATE_FLAGS, flag) ? TEMPLATE_FLAGS[flag] : undefined;
  if (kind === undefined) {
    const meant = nearest(flag, Object.keys(TEMPLATE_FLAGS));
    throw new UsageError(`${where}: a template cannot set "${name}"`, {
      hint:
        meant === undefined
          ? 'give it on the command line, or in the configuration'
          : `did you mean ${meant}?`,
    });
  }
  return { name: flag.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase()), flag, kind };
}

/**
 * The value of a flag, from JSON.
 * @throws UsageError when it is not what the flag takes
 */
export function templateValue(
  { flag, kind }: { flag: string; kind: FlagKind },
  value: unknown,
  where: string,
): TemplateValue {
  const text = typeof value === 'number' ? String(value) : value;
  if (kind === 'switch' && value === true) return true;
  if (kind === 'text' && typeof text === 'string') return text;
  if (kind === 'literal' && typeof text === 'string') return { literal: text };
  if (kind === 'list') {
    const list = Array.isArray(value) ? value : [text];
    if (list.every((item) => typeof item === 'string')) return list;
  }
  throw new UsageError(`${where}: "${flag}" takes ${TAKES[kind]}`);
}

const TAKES: Readonly<Record<FlagKind, string>> = {
  text: 'a text',
  literal: 'a text',
  list: 'a text or a list of texts',
  switch: 'nothing but true',
};
