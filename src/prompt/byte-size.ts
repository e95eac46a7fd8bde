const POWERS = ['', 'k', 'm', 'g', 't'];

/**
 * Reads a number of bytes: `1048576`, `64MiB` (1024 × 1024), `200MB` (1000 × 1000), and `64M` for MiB as curl means it.
 * @returns undefined for what is no such number
 */
export function parseByteSize(text: string): number | undefined {
  const [, number = '', prefix = '', unit = ''] =
    /^(\d{1,15}(?:\.\d{1,9})?) ?([kmgt]?)(i?b?)$/i.exec(text.trim()) ?? [];
  if (number === '' || (prefix === '' && /i/i.test(unit))) return undefined;
  const base = /^b$/i.test(unit) ? 1000 : 1024;
  const bytes = Math.round(Number(number) * base ** POWERS.indexOf(prefix.toLowerCase()));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
