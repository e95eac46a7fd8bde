import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configFolder } from '../config/paths.ts';
import { UsageError } from '../errors.ts';
import type { TypedPart } from '../prompt/parts.ts';
import {
  expandTemplate,
  loadTemplate,
  serializeTemplate,
  type Template,
  templateFileName,
} from '../prompt/template.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Flags = Readonly<Record<string, unknown>>;

/** A prompt as typed: its parts, all flags, and those that were typed rather than left at their default. */
type TypedPrompt = { parts: readonly TypedPart[]; flags: Flags; typedFlags: Flags };

/** The folder of templates: never the current one, which may be somebody else's. */
export function templatesFolder(env: Environment): string {
  return join(configFolder(env), 'templates');
}

/**
 * The prompt with its template's parts before its own and the template's flags where none was typed.
 * @returns undefined when --save-template kept the prompt instead
 * @throws UsageError when there is no such template, or it cannot be used with these parameters
 */
export async function readTemplated(
  prompt: TypedPrompt,
  env: Environment,
  note: (line: string) => void,
): Promise<{ parts: TypedPart[]; flags: Flags } | undefined> {
  const { template, saveTemplate } = prompt.flags;
  if (typeof saveTemplate === 'string') {
    if (template !== undefined)
      throw new UsageError('--save-template keeps what is typed, not another template');
    note(`saved ${await save(prompt, saveTemplate, env)}`);
    return undefined;
  }
  if (typeof template !== 'string') throw new UsageError('--param is for a template: give --template NAME');
  const expanded = expandTemplate(await load(template, env), readAssignments(prompt.flags.param));
  return {
    parts: [...expanded.parts, ...prompt.parts],
    flags: { ...prompt.flags, ...expanded.flags, ...prompt.typedFlags },
  };
}

async function load(name: string, env: Environment): Promise<Template> {
  const file = join(templatesFolder(env), templateFileName(name));
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`there is no template "${name}"`, {
      hint: `templates are files such as ${file}; --save-template ${name} makes one`,
      cause: error,
    });
  }
  return loadTemplate(text, name);
}

/** Saves the prompt, with --param as its defaults, readable by its owner alone, and gives the path of its file. */
async function save(prompt: TypedPrompt, name: string, env: Environment): Promise<string> {
  const folder = templatesFolder(env);
  const file = join(folder, templateFileName(name));
  const text = serializeTemplate({
    parts: prompt.parts,
    flags: withoutRun(prompt.typedFlags),
    defaults: readAssignments(prompt.flags.param),
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** Flags that are not the prompt's: its parts, and what is done with it this time. */
function withoutRun(flags: Flags): Flags {
  const others = new Set([
    ...PART_NAMES,
    'saveTemplate',
    'template',
    'param',
    'quiet',
    'debug',
    'usage',
    'stdin',
  ]);
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !others.has(name)));
}

const PART_NAMES = [
  'prompt',
  'promptFile',
  'text',
  'attach',
  'attachment',
  'input',
  'file',
  'image',
  'audio',
  'video',
  'document',
  'pdf',
];

function readAssignments(typed: unknown): Record<string, string> {
  const params: Record<string, string> = {};
  for (const assignment of Array.isArray(typed) ? typed.map(String) : []) {
    const equals = assignment.indexOf('=');
    if (equals <= 0) throw new UsageError(`--param: "${assignment}" is not KEY=VALUE`);
    params[assignment.slice(0, equals)] = assignment.slice(equals + 1);
  }
  return params;
}
