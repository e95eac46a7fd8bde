import type { GenerateContentRequest, UsageMetadata } from '../wire/generate-content.ts';
import type { StoredContent } from './stored-media.ts';

/** What is sent with every turn: the request without its contents. */
export type Frame = Omit<GenerateContentRequest, 'contents'>;

/** How a turn was asked: whatever differs is written down before it. */
export type SettingsRecord = {
  readonly kind: 'settings';
  /** ISO time, as everywhere here. */
  readonly time: string;
  readonly model: string;
  readonly frame: Frame;
};

/** What stood before the first turn, from a request file. */
export type StartRecord = {
  readonly kind: 'start';
  readonly time: string;
  readonly contents: readonly StoredContent[];
};

/** One question with its answer, and the rounds of function calls between them. */
export type TurnRecord = {
  readonly kind: 'turn';
  readonly time: string;
  readonly model: string;
  readonly backend: string;
  readonly contents: readonly StoredContent[];
  readonly finishReason?: string;
  readonly usage?: UsageMetadata;
  /** Why the answer is not whole, in a word: `interrupted`, `incomplete`, `unavailable` … */
  readonly incomplete?: string;
  /** It stands in place of the turn before it. */
  readonly again?: true;
};

/** The last turn counts no more. */
export type UndoRecord = { readonly kind: 'undo'; readonly time: string };

export type SessionRecord = SettingsRecord | StartRecord | TurnRecord | UndoRecord;

/** What the records of a session come to. */
export type SessionState = {
  readonly start: readonly StoredContent[];
  readonly turns: readonly TurnRecord[];
  /** Undefined before the first. */
  readonly settings: SettingsRecord | undefined;
};

/** Puts records together, in the order they were written. Kinds that are unknown here, of a later version, are left out. */
export function createSessionFold(): { add(record: Record<string, unknown>): void; state(): SessionState } {
  let start: readonly StoredContent[] = [];
  let settings: SettingsRecord | undefined;
  const turns: TurnRecord[] = [];
  return {
    add(record) {
      if (!isSessionRecord(record)) return;
      if (record.kind === 'settings') settings = record;
      else if (record.kind === 'start') start = record.contents;
      else {
        if (record.kind === 'undo' || record.again) turns.pop();
        if (record.kind === 'turn') turns.push(record);
      }
    },
    state: () => ({ start, turns: [...turns], settings }),
  };
}

/** Held against what is read of it later, since anybody may have written to the file. */
function isSessionRecord(record: object): record is SessionRecord {
  const { kind, contents, frame, model } = record as Record<string, unknown>;
  if (kind === 'undo') return true;
  if (kind === 'settings') return isObject(frame) && typeof model === 'string';
  return (kind === 'turn' || kind === 'start') && Array.isArray(contents) && contents.every(isContent);
}

function isContent(content: unknown): boolean {
  return isObject(content) && Array.isArray(content.parts) && content.parts.every(isObject);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
