import type { ItemRecord } from '../item-record.ts';
import type { RecordFormat } from './format.ts';

/** RFC 4180 with a line of names; several inputs of one record stand in one field, a line each. */
export const csv: RecordFormat = {
  begin: '',
  record: (record, index) => {
    const row = `${Object.values(COLUMNS)
      .map((value) => field(value(record)))
      .join(',')}\r\n`;
    return index === 0 ? NAMES + row : row;
  },
  end: (count) => (count === 0 ? NAMES : ''),
  extension: '.csv',
};

type Value = string | number | undefined;

const COLUMNS: Readonly<Record<string, (record: ItemRecord) => Value>> = {
  source: ({ sources }) => sources.join('\n'),
  sha256: ({ sha256 }) => sha256?.join('\n'),
  type: ({ types }) => types?.join('\n'),
  text: ({ text }) => text,
  data: ({ data }) => (data === undefined ? undefined : JSON.stringify(data)),
  finishReason: ({ finishReason }) => finishReason,
  promptTokens: ({ usage }) => usage?.promptTokenCount,
  answerTokens: ({ usage }) => usage?.candidatesTokenCount,
  totalTokens: ({ usage }) => usage?.totalTokenCount,
  seconds: ({ seconds }) => seconds,
  error: ({ error }) => error?.message,
  errorKind: ({ error }) => error?.kind,
};

const NAMES = `${Object.keys(COLUMNS).join(',')}\r\n`;

function field(value: Value): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
