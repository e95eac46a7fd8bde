/**
 * A PDF's number of pages, when its page objects lie open and the page tree agrees with their number. Compressed object
 * streams hide them, and later revisions may leave old ones behind: then nothing is said.
 */
export function pdfPages(bytes: Buffer): { pages?: number } {
  const text = bytes.toString('latin1');
  if (text.includes('/ObjStm')) return {};
  const pages = text.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0;
  const counts = [...text.matchAll(/\/Count\s+(\d+)/g)].map((match) => Number(match[1]));
  return pages > 0 && Math.max(...counts) === pages ? { pages } : {};
}
