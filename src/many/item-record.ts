import type { UsageMetadata } from '../wire/generate-content.ts';

/** What came of one input of a run over many: a line of its journal, and a record of its output. */
export type ItemRecord = {
  /** Content, prompt, model and options in one hash: the same key is the same question, also of two like files. */
  readonly key: string;
  /** The inputs as the person named them; several with --group. */
  readonly sources: readonly string[];
  /** Of each input's content, in hex; '' for an address. Left out where it was never read. */
  readonly sha256?: readonly string[];
  /** MIME type of each input; '' where nobody knows. */
  readonly types?: readonly string[];
  /** Size, time of change and number of each file when it was read: as long as they are the same, so is its content. */
  readonly stamps?: readonly string[];
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
  /** What kind of error it is, as an exit code is called: input, blocked, quota, unavailable, incomplete, refused. */
  readonly kind: string;
  readonly message: string;
  readonly exitCode: number;
  readonly hint?: string;
  readonly status?: number;
  readonly code?: string;
};
