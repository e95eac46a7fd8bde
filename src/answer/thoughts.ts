import type { OutputStream } from '../terminal/io.ts';
import { styleFor } from '../terminal/style.ts';
import type { TextStage } from '../terminal/text-stage.ts';
import { createPage, type Page } from './page.ts';

/** A page for what the model thinks. */
export type ThoughtsPage = Pick<Page, 'text' | 'block'> & {
  /** Whether the last thing shown was a thought. */
  readonly open: boolean;
  /** Thoughts follow. @param answer the page that they interrupt */
  enter(answer: Page): Promise<void>;
  /** The answer goes on. */
  leave(): Promise<void>;
};

/**
 * Thoughts go to stderr, dim where there are colours, since they are not the answer.
 * @param answer where the answer goes: on the same screen, the two are kept on lines of their own
 */
export function createThoughtsPage(stderr: OutputStream, answer: OutputStream): ThoughtsPage {
  const page = createPage({ out: stderr, render: () => dimStage(stderr) });
  const sharedScreen = stderr.isTTY && answer.isTTY;
  let open = false;
  return {
    text: page.text,
    block: page.block,
    get open() {
      return open;
    },
    async enter(interrupted) {
      open = true;
      if (sharedScreen) await interrupted.close();
    },
    async leave() {
      open = false;
      await page.close();
      if (sharedScreen) await stderr.write('\n');
    },
  };
}

async function dimStage(out: OutputStream): Promise<TextStage> {
  const { dim } = await styleFor(out);
  // Line ends stay outside, where whoever ends the page can see them.
  return { push: (text) => text.replace(/[^\n]+/g, dim), end: () => '' };
}
