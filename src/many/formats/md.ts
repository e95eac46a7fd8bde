import type { ItemRecord } from '../item-record.ts';
import type { RecordFormat } from './format.ts';

/** Markdown: a section for each input. */
export const md: RecordFormat = {
  begin: '',
  record: (record, index) =>
    `${index === 0 ? '' : '\n'}## ${record.sources.map(literal).join(', ')}\n\n${body(record)}\n`,
  end: () => '',
  extension: '.md',
};

function body({ text, data, error }: ItemRecord): string {
  const parts = [
    text?.trim(),
    data === undefined ? undefined : `\`\`\`json\n${JSON.stringify(data, null, 2)}\n\`\`\``,
    error && `**Error:** ${literal(error.message)}`,
  ];
  return parts.filter((part) => part).join('\n\n');
}

/** A name is a name, whatever Markdown would make of it. */
function literal(name: string): string {
  return name.replace(/[\\`*_[\]<>#|~]/g, '\\$&').replace(/\s+/g, ' ');
}
