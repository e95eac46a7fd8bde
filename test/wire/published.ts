import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** One published description of the API: its messages with their fields, and its enums. */
export type Published = {
  /** The type of a field, a name that this description knows; undefined when the message has no such field. */
  field(message: string, name: string): PublishedField | undefined;
  /** The values of an enum. */
  values(type: string): readonly string[] | undefined;
};
export type PublishedField = { readonly type: string; readonly shape: 'one' | 'list' | 'map' };

/** What protobufjs makes of a .proto file, as far as it is read here. */
type Node = {
  nested?: Record<string, Node>;
  fields?: Record<string, { type: string; rule?: string; keyType?: string }>;
  values?: Record<string, number>;
};

/**
 * The protos that a client library of Google's ships; types are named by their full names.
 * @param url of its protos.json
 */
export function publishedProtos(url: string): Published {
  const root: Node = JSON.parse(readFileSync(new URL(url), 'utf8'));
  const find = (name: string): Node | undefined =>
    name.split('.').reduce<Node | undefined>((node, part) => node?.nested?.[part], root);
  /** As protobuf has it: a name is looked for in the message that uses it, then in what surrounds that. */
  const resolved = (type: string, scope: string): string => {
    const names = scope.split('.');
    for (; names.length > 0; names.pop()) {
      const name = [...names, type].join('.');
      if (find(name)) return name;
    }
    return type;
  };
  return {
    field(message, name) {
      const field = find(message)?.fields?.[name];
      if (!field) return undefined;
      const shape = field.keyType ? 'map' : field.rule === 'repeated' ? 'list' : 'one';
      return { type: resolved(field.type, message), shape };
    },
    values: (type) => {
      const values = find(type)?.values;
      return values && Object.keys(values);
    },
  };
}

/** The types of Google's SDK, which knows fields that the protos are not published with. */
export function sdkTypes(): Published {
  const declarations = new Map<string, Map<string, string>>();
  const file = resolve(import.meta.dirname, '../../node_modules/@google/genai/dist/genai.d.ts');
  const text = readFileSync(file, 'utf8').replaceAll('\r', '');
  for (const [, kind, name = '', body = ''] of text.matchAll(
    /^(?:export )?declare (interface|class|enum) (\w+)[^{\n]*\{\n([\s\S]*?)^\}/gm,
  )) {
    const member = kind === 'enum' ? /^ {4}(\w+) = ()/gm : /^ {4}(\w+)\??: ([^;]+);/gm;
    declarations.set(name, new Map([...body.matchAll(member)].map(([, key = '', type = '']) => [key, type])));
  }
  return {
    field(message, name) {
      const type = declarations.get(message)?.get(name);
      if (type === undefined) return undefined;
      const [, list] = /^(\w+)\[\]$/.exec(type) ?? [];
      const [, map] = /^Record<string, (\w+)>$/.exec(type) ?? [];
      return { type: list ?? map ?? type, shape: list ? 'list' : map ? 'map' : 'one' };
    },
    values: (type) => {
      const values = declarations.get(type);
      return values && [...values.keys()];
    },
  };
}
