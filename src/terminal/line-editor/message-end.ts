/** What Enter does: the text is a message, or goes on in another line. */
export type Entered = { readonly message: string } | { readonly continued: string };

const FENCE = '"""';
const FENCED_OFF = /^\s*"""[ \t]*\n(?:([\s\S]*)\n)?[ \t]*"""\s*$/;

/**
 * A text goes on after a backslash at its end (not after two), and while a `"""` that it begins with is not closed: one on
 * a line of its own by another on a line of its own, so that all else can stand in between; one before text by the next.
 * Quotes around all of it are not part of the message.
 */
export function enter(text: string): Entered {
  const start = text.trimStart();
  if (/^"""[ \t]*(\n|$)/.test(start)) {
    const fenced = FENCED_OFF.exec(text);
    return fenced ? { message: fenced[1] ?? '' } : { continued: `${text}\n` };
  }
  if (start.startsWith(FENCE)) {
    const [before, inside = '', after, ...more] = text.trim().split(FENCE);
    if (after === undefined || more.length % 2 === 1) return { continued: `${text}\n` };
    return { message: before === '' && after === '' && more.length === 0 ? inside : text };
  }
  const [backslashes = ''] = /\\*$/.exec(text) ?? [];
  return backslashes.length % 2 === 1 ? { continued: `${text.slice(0, -1)}\n` } : { message: text };
}
