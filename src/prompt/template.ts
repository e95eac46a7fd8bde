import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { isDeviceName } from '../windows-name.ts';
import { isJsonObject, type JsonObject, parseLenientJson } from './lenient-json.ts';
import type { MediaKind, TypedPart } from './parts.ts';
import { fillPlaceholders } from './placeholders.ts';
import { isLiteralText, type TemplateValue, templateFlag, templateValue } from './template-flags.ts';

/**
 * A saved prompt: NAME.json in the templates folder of the configuration. `$name` or `${name}` in a text, a source or a
 * flag's value stands for a parameter, `$$` for a dollar. It is data: nothing in it makes the program read a file but
 * its attachments, or run anything.
 */
export type Template = {
  readonly name: string;
  readonly parts: readonly TypedPart[];
  /** By name in an options record (`topP`), placeholders not filled in. */
  readonly flags: Readonly<Record<string, TemplateValue>>;
  /** Of parameters that need not be given. */
  readonly defaults: Readonly<Record<string, string>>;
};

/** The parts and flags of a template with its placeholders filled in; see LiteralText. */
export type ExpandedTemplate = { parts: TypedPart[]; flags: Record<string, TemplateValue> };

/**
 * The name of a template's file in the templates folder.
 * @throws UsageError for a name that could lead out of the folder, or that some system has reserved
 */
export function templateFileName(name: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name) && !isDeviceName(name)) return `${name}.json`;
  throw new UsageError(`"${name}" is not a name for a template`, {
    hint: 'letters, digits, "_" and "-", at most 64; templates are files in the configuration folder',
  });
}

/**
 * Reads the text of a template's file.
 * @throws UsageError naming the template and what in it cannot be used
 */
export function loadTemplate(text: string, name: string): Template {
  const where = `template "${name}"`;
  const value = parseLenientJson(text, (at, problem) => new UsageError(`${where}: ${at}: ${problem}`));
  if (!isJsonObject(value)) throw new UsageError(`${where} is not an object`, { hint: FORM });
  const { parts = [], flags = {}, defaults = {}, ...unknown } = value;
  const [extra] = Object.keys(unknown);
  if (extra !== undefined) throw new UsageError(`${where}: "${extra}" is not known`, { hint: FORM });
  if (!Array.isArray(parts) || !isJsonObject(flags) || !isJsonObject(defaults)) {
    throw new UsageError(`${where}: "parts" is a list, "flags" and "defaults" are objects`, { hint: FORM });
  }
  const template: Template = {
    name,
    parts: parts.map((part, index) => readPart(part, `${where}: parts[${index}]`)),
    flags: Object.fromEntries(
      Object.entries(flags).map(([key, inner]) => {
        const flag = templateFlag(key, where);
        return [flag.name, templateValue(flag, inner, where)];
      }),
    ),
    defaults: Object.fromEntries(
      Object.entries(defaults).map(([key, inner]) => {
        if (typeof inner !== 'string')
          throw new UsageError(`${where}: the default of "${key}" is not a text`);
        return [key, inner];
      }),
    ),
  };
  // A placeholder that is not closed shows now, not when it is used.
  visitTexts(template, (each) => fillPlaceholders(each, where, () => ''));
  return template;
}

const FORM = 'a template is {"parts": [{"text": ...}, {"source": ...}], "flags": {...}, "defaults": {...}}';

/**
 * Fills in the placeholders; what a parameter holds is text, never looked at again.
 * @throws UsageError naming every parameter that is missing, or one that the template does not have
 */
export function expandTemplate(
  template: Template,
  params: Readonly<Record<string, string>>,
): ExpandedTemplate {
  const where = `template "${template.name}"`;
  const used = new Set<string>();
  visitTexts(template, (text) =>
    fillPlaceholders(text, where, (name) => {
      used.add(name);
      return '';
    }),
  );
  const unknown = Object.keys(params).find((name) => !used.has(name));
  if (unknown !== undefined) {
    const meant = nearest(unknown, used);
    const known = used.size === 0 ? 'it has none' : `it has ${[...used].join(', ')}`;
    throw new UsageError(`${where} has no parameter "${unknown}"`, {
      hint: meant === undefined ? known : `did you mean ${meant}?`,
    });
  }
  const values = new Map([...Object.entries(template.defaults), ...Object.entries(params)]);
  const missing = [...used].filter((name) => !values.has(name));
  if (missing.length > 0) {
    throw new UsageError(`${where} needs ${missing.join(', ')}`, {
      hint: `add ${missing.map((name) => `--param ${name}=...`).join(' ')}`,
    });
  }
  return visitTexts(template, (text) => fillPlaceholders(text, where, (name) => values.get(name) ?? ''));
}

/**
 * The text of a template's file, for `--save-template`; `$name` in it becomes a placeholder.
 * @param flags by name in an options record; undefined and false are left out
 * @throws UsageError for what a template cannot hold: a flag that it may not set, a file in place of a text
 */
export function serializeTemplate(saved: {
  parts: readonly TypedPart[];
  flags: Readonly<Record<string, unknown>>;
  defaults?: Readonly<Record<string, string>>;
}): string {
  const where = '--save-template';
  const flags: JsonObject = {};
  for (const [key, value] of Object.entries(saved.flags)) {
    if (value === undefined || value === false) continue;
    const flag = templateFlag(key, where);
    if (flag.kind === 'literal' && typeof value === 'string' && value.startsWith('@')) {
      throw new UsageError(`${where}: a template holds a text for --${flag.flag}, not the name of a file`);
    }
    const read = templateValue(flag, isLiteralText(value) ? value.literal : value, where);
    flags[flag.flag] = isLiteralText(read) ? read.literal : read;
  }
  const template = {
    ...(saved.parts.length > 0 ? { parts: saved.parts.map(writePart) } : {}),
    ...(Object.keys(flags).length > 0 ? { flags } : {}),
    ...(Object.keys(saved.defaults ?? {}).length > 0 ? { defaults: saved.defaults } : {}),
  };
  const text = `${JSON.stringify(template, null, 2)}\n`;
  loadTemplate(text, 'saved');
  return text;
}

const KINDS: readonly unknown[] = ['image', 'audio', 'video', 'document'] satisfies MediaKind[];

function readPart(value: unknown, where: string): TypedPart {
  if (isJsonObject(value)) {
    const { text, source, kind, stdin } = value;
    const fields = Object.keys(value).sort().join();
    if (fields === 'text' && typeof text === 'string') return { text };
    if (fields === 'stdin' && stdin === true) return { stdin };
    if (fields === 'source' && typeof source === 'string') return { source };
    if (fields === 'kind,source' && typeof source === 'string' && KINDS.includes(kind)) {
      return { source, kind: kind as MediaKind };
    }
  }
  throw new UsageError(`${where} is not {"text": ...}, {"source": ..., "kind": ...} or {"stdin": true}`, {
    hint: `"kind" may be left out, or is ${KINDS.join(', ')}`,
  });
}

function writePart(part: TypedPart): TypedPart {
  if ('textFile' in part) {
    throw new UsageError('--save-template: a template holds texts, not files of text (--prompt-file)', {
      hint: 'give the text itself, or pipe the file in when the template is used',
    });
  }
  if ('text' in part) return { text: part.text };
  if ('stdin' in part) return { stdin: true };
  return { source: part.source, ...(part.kind === undefined ? {} : { kind: part.kind }) };
}

/** The parts and flags with every text in them, where placeholders may stand, passed through `change`. */
function visitTexts(template: Template, change: (text: string) => string): ExpandedTemplate {
  return {
    parts: template.parts.map((part) => {
      if ('text' in part) return { text: change(part.text) };
      return 'source' in part ? { ...part, source: change(part.source) } : part;
    }),
    flags: Object.fromEntries(
      Object.entries(template.flags).map(([name, value]) => [name, changed(value, change)]),
    ),
  };
}

function changed(value: TemplateValue, change: (text: string) => string): TemplateValue {
  if (value === true) return value;
  if (typeof value === 'string') return change(value);
  return isLiteralText(value) ? { literal: change(value.literal) } : value.map(change);
}
