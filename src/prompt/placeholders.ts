import { UsageError } from '../errors.ts';

/** `$$`, `$name`, `${name}`, or a `${` that begins neither. A dollar before anything else stands for itself: "$5". */
const PLACEHOLDER = /\$(?:\$|([\p{L}_][\p{L}\p{N}_]*)|\{([\p{L}_][\p{L}\p{N}_]*)\}|(\{))/gu;

/**
 * The text with its placeholders filled in, and a dollar for `$$`; what is filled in is not looked at again.
 * @param where begins the message of an error
 * @throws UsageError for `${` that begins no placeholder
 */
export function fillPlaceholders(text: string, where: string, fill: (name: string) => string): string {
  return text.replace(PLACEHOLDER, (found, plain?: string, braced?: string, open?: string) => {
    if (open !== undefined) {
      throw new UsageError(`${where}: "$" and "{" begin no placeholder`, {
        hint: 'write $name, or $$ for a dollar',
      });
    }
    const name = plain ?? braced;
    return name === undefined ? found.slice(1) : fill(name);
  });
}
