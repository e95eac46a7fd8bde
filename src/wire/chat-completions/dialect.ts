import type { MediaKind } from './media-kind.ts';

/** What the servers of this language differ in. The table of them is backends/dialects.ts. */
export type Dialect = {
  /** For messages. */
  readonly name: string;
  /** One message for each turn, its parts in a list; or one for each part, as the guide of Distributed Cloud shows. */
  readonly messagePer: 'turn' | 'part';
  /** The fields that name the model. */
  readonly modelFields: readonly string[];
  /** The field for the limit on the answer. */
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens';
  /** Whether streams are asked for (`stream: true`). */
  readonly streams: boolean;
  /** Whether it knows `stream_options: {include_usage}`. */
  readonly streamUsage: boolean;
  /** Whether it knows `n`. */
  readonly candidates: boolean;
  /** Whether it knows `top_k`, which is no word of the language itself. */
  readonly topK: boolean;
  readonly toolChoice: boolean;
  /** Whether it knows `detail` of an image. */
  readonly imageDetail: boolean;
  readonly serviceTier: boolean;
  /** The words of `reasoning_effort`, from little to much. */
  readonly efforts: readonly Effort[];
  /** The field of an assistant message that takes the thoughts of earlier turns. */
  readonly thoughts?: 'reasoning' | 'reasoning_content';
  /** How each kind of medium is said; what is missing cannot be. */
  readonly media: Readonly<Partial<Record<MediaKind, MediaRule>>>;
};

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high';

export type MediaRule = {
  /**
   * The type of its content part, which also tells its shape: `*_url` is `{url}`, with a data URL for bytes; `file` is
   * `{filename, file_data}`; any other, such as `input_audio`, is `{data, format}`, and `{url, format}` for an address.
   */
  readonly type: string;
  /** Schemes of the addresses that the server fetches itself, such as `https:`. */
  readonly schemes: readonly string[];
};
