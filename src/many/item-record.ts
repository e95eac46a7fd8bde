import type { UsageMetadata } from '../wire/generate-content.ts';

/** What came of one input of a run over many: a line of its journal, and a record of its output. */
export type ItemRecord = {
  /** Content, prompt, model and options in one hash: the same key is the same question. */
  readonly key: string;
  /** The inputs as the person named them; several with --group. */
  readonly sources: readonly string[];
  /** Of each input's content, in hex; left out where it was never read. */
  readonly sha256?: readonly string[];
  /** MIME type of each input. */
  readonly types?: readonly string[];
  /** The answer as text; with a schema its JSON stands in `data`. */
  readonly text?: string;
  readonly data?: unknown;
  readonly finishReason?: string;
  readonly usage?: UsageMetadata;
  /** From the request to the end of its answer. */
  readonly seconds?: number;
  /** Why there is no answer, or only a part of one in `text`. */
  readonly error?: ItemError;
};

export type ItemError = {
  /** The error's class, such as InputError. */
  readonly kind: string;
  readonly message: string;
  readonly exitCode: number;
  readonly hint?: string;
  readonly status?: number;
  readonly code?: string;
};
