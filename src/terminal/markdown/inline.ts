import type { MarkedToken, Token, Tokens } from 'marked';
import { sanitize } from '../sanitize.ts';
import type { Style } from '../style.ts';
import type { Run } from './wrap.ts';

/**
 * The text of inline tokens with its emphasis. Without colours the Markdown marks stay, so that nothing said is lost.
 * @param paint what everything in it gets, such as a heading's bold
 */
export function runsOf(tokens: readonly Token[], style: Style, paint: Run['paint'] = (text) => text): Run[] {
  return (tokens as readonly MarkedToken[]).flatMap((token) => runsOfToken(token, style, paint));
}

/** Whether a style sets nothing off. */
export function isPlain(style: Style): boolean {
  return style.bold('x') === 'x';
}

function runsOfToken(token: MarkedToken, style: Style, paint: Run['paint']): Run[] {
  const plain = isPlain(style);
  const run = (text: string, more: Run['paint'] = (same) => same): Run => ({
    // Only now, since the lexer turns &#27; into an escape character.
    text: sanitize(decodeEntities(text)),
    paint: (part) => paint(more(part)),
  });
  const within = (marked: { tokens: Token[] }, mark: string, more: Run['paint']): Run[] => {
    const inner = runsOf(marked.tokens, style, (text) => paint(more(text)));
    return plain ? [run(mark), ...inner, run(mark)] : inner;
  };
  switch (token.type) {
    case 'text':
      return token.tokens ? runsOf(token.tokens, style, paint) : [run(token.text)];
    case 'escape':
      return [run(token.text)];
    case 'strong':
      return within(token, '**', style.bold);
    case 'em':
      return within(token, '*', style.italic);
    case 'del':
      if (token.raw.startsWith('~~')) return within(token, '~~', style.strikethrough);
      // One tilde is more often "about" than a strike.
      return [run('~'), ...runsOf(token.tokens, style, paint), run('~')];
    case 'codespan':
      return [plain ? run(token.raw) : run(token.text, style.cyan)];
    case 'br':
      return [run('\n')];
    case 'html':
      return [run(/^<br\s*\/?>$/i.test(token.raw.trim()) ? '\n' : token.raw)];
    case 'link':
      return [...runsOf(token.tokens, style, paint), ...target(token, run, style)];
    case 'image':
      return [run(token.text || 'image'), run(` (${token.href})`, style.dim)];
    default:
      return [run(token.raw)];
  }
}

/** The address of a link, unless it is what the link says. */
function target(link: Tokens.Link, run: (text: string, more: Run['paint']) => Run, style: Style): Run[] {
  const same = link.href === link.text || link.href === `mailto:${link.text}`;
  return same ? [] : [run(` (${link.href})`, style.dim)];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' };

/** The few entities that models write; the rest stays as it is. */
function decodeEntities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|nbsp);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
