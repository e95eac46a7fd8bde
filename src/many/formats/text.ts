import type { RecordFormat } from './format.ts';

/** Each answer under the name of its input, as head(1) shows several files. */
export const text: RecordFormat = {
  begin: '',
  record: (record, index) =>
    `${index === 0 ? '' : '\n'}==> ${record.sources.join(', ')} <==\n${plainAnswer(record)}`,
  end: () => '',
  extension: '.txt',
};

/** The answer of one record alone, ending in one newline; why there is none, where there is none. */
export function plainAnswer({ text: answer, data, error }: Parameters<RecordFormat['record']>[0]): string {
  const given = data === undefined ? answer : JSON.stringify(data, null, 2);
  const lines = [given?.replace(/\s+$/, ''), error && `error: ${error.message}`];
  return lines.map((line) => (line ? `${line}\n` : '')).join('');
}
