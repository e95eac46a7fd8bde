import { readFile } from 'node:fs/promises';
import { AuthError } from '../errors.ts';

/** The values of one section; a value that stands over indented lines is a section of its own. */
export type AwsSection = ReadonlyMap<string, string | ReadonlyMap<string, string>>;

/** The sections of a file in the format of Amazon's own programs, by their whole name: `profile work`. */
export function parseAwsFile(text: string): ReadonlyMap<string, AwsSection> {
  const sections = new Map<string, Map<string, string | Map<string, string>>>();
  let section: Map<string, string | Map<string, string>> | undefined;
  let nested: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const name = /^\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (name !== undefined) {
      // Quotes and the number of spaces do not count.
      const plain = name.replace(/\s+/g, ' ').replace(/["']/g, '');
      section = sections.get(plain) ?? new Map();
      sections.set(plain, section);
      nested = undefined;
      continue;
    }
    const [, indent = '', key = '', value = ''] = /^(\s*)([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === '' || !section) continue;
    const plain = value.replace(/\s[#;].*$/, '');
    if (indent !== '' && nested) {
      nested.set(key.toLowerCase(), plain);
    } else if (value === '') {
      nested = new Map();
      section.set(key.toLowerCase(), nested);
    } else {
      section.set(key.toLowerCase(), plain);
      nested = undefined;
    }
  }
  return sections;
}

/** @returns nothing for a file that is not there, or not named @throws AuthError for one that cannot be read */
export async function readAwsFile(path: string | undefined): Promise<ReadonlyMap<string, AwsSection>> {
  if (!path) return new Map();
  try {
    return parseAwsFile(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw new AuthError(`cannot read ${path}`, { cause: error });
  }
}
