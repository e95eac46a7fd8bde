import type { OutputStream } from '../terminal/io.ts';
import { styleFor } from '../terminal/style.ts';
import type { TextStage } from '../terminal/text-stage.ts';

/** What `--markdown` can say; auto is on a terminal only. */
export type MarkdownMode = 'auto' | 'always' | 'never';

/** Columns where there is no terminal to ask. */
const DEFAULT_WIDTH = 80;

/**
 * What renders the runs of Markdown written to `out`, one stage for each; undefined where text stays as it is. The
 * renderer and its parser are loaded a turn later: by then the request is on its way, and they cost it nothing.
 */
export function createMarkdownStage(
  out: OutputStream,
  mode: MarkdownMode,
): (() => Promise<TextStage>) | undefined {
  if (mode === 'never' || (mode === 'auto' && !out.isTTY)) return undefined;
  const loaded = new Promise(setImmediate).then(() =>
    Promise.all([import('../terminal/markdown.ts'), styleFor(out)]),
  );
  // Whoever needs it waits for it; until then a failure is not unhandled.
  loaded.catch(() => {});
  return async () => {
    const [{ createMarkdownRenderer }, style] = await loaded;
    return createMarkdownRenderer({ width: out.columns() ?? DEFAULT_WIDTH, style });
  };
}
