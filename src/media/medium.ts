import type { ByteSource } from '../byte-source.ts';
import type { MediaKind, SourceOptions } from '../prompt/parts.ts';

/** One medium of a prompt, looked at but not read: what it is and where its bytes are. */
export type Medium = {
  /** As the person gave it, for messages. */
  readonly name: string;
  readonly kind: MediaKind;
  /** In the API's spelling; undefined only for a URI whose name does not tell. */
  readonly mimeType: string | undefined;
  /** Bytes of our own, or a URI that the service reads itself. */
  readonly content: { readonly bytes: ByteSource } | { readonly uri: string };
  readonly options: SourceOptions;
};

/** What a medium holds, as far as its headers tell; what could not be found out is left out. */
export type MediaFacts = {
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  /** A video has a sound track. */
  readonly sound?: boolean;
  readonly pages?: number;
  /** UTF-16 code units of a text. */
  readonly characters?: number;
};
