import { type AnswerWriter, createAnswerWriter } from '../terminal/answer.ts';
import type { OutputStream } from '../terminal/io.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { TextStage } from '../terminal/text-stage.ts';

/** An answer as it stands on a screen or in a file: runs of text, and blocks and lines that are not the model's text. */
export type Page = {
  /** Goes on with the run of text, or begins one. @param piece not empty */
  text(piece: string): Promise<void>;
  /** A paragraph or code block of its own, in Markdown. */
  block(markdown: string): Promise<void>;
  /** A line of its own that is no Markdown, such as a path. */
  line(text: string): Promise<void>;
  /** Announces what follows; printed together with it, or never. */
  heading(text: string): Promise<void>;
  /** Ends the run of text: what follows begins on a new line. */
  close(): Promise<void>;
  /** Ends the page. */
  end(): Promise<void>;
};

export type PageOptions = {
  readonly out: OutputStream;
  /** Makes control characters visible; left out: on a terminal. */
  readonly sanitized?: boolean;
  /** What each run of text and each block goes through, such as a Markdown renderer. */
  readonly render?: (() => Promise<TextStage>) | undefined;
};

type Section = 'heading' | 'text' | 'block' | 'line';

/** A page for people: every run of text ends in one newline, blocks stand between empty lines. */
export function createPage({ out, sanitized = out.isTTY, render }: PageOptions): Page {
  let writer: AnswerWriter | undefined;
  let above: Section | undefined;
  let announced: string | undefined;

  const openWriter = async () =>
    createAnswerWriter({ out, sanitize: sanitized, ...(render ? { render: await render() } : {}) });
  const close = async () => {
    const open = writer;
    writer = undefined;
    await open?.end();
  };
  const begin = async (section: Section, start: string) => {
    await close();
    let lead = '';
    if (announced !== undefined) lead = `${above ? '\n' : ''}${announced}\n`;
    else if (above && standsApart(above, section) && !start.startsWith('\n')) lead = '\n';
    announced = undefined;
    above = section;
    if (lead) await out.write(lead);
  };
  const beginText = async (piece: string) => {
    await begin('text', piece);
    writer = await openWriter();
    await writer.write(piece);
  };

  return {
    text: (piece) => (writer ? writer.write(piece) : beginText(piece)),
    async block(markdown) {
      await begin('block', markdown);
      const block = await openWriter();
      await block.write(markdown);
      await block.end();
    },
    async line(text) {
      await begin('line', text);
      await out.write(`${sanitized ? sanitize(text) : text}\n`);
    },
    async heading(text) {
      await close();
      announced = text;
    },
    close,
    end: close,
  };
}

/** Whether an empty line stands between two sections. Text stands apart from text that something came between. */
function standsApart(above: Section, below: Section): boolean {
  return above === 'block' || below === 'block' || (above === 'text' && below === 'text');
}
