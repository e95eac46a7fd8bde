/** Decimal units, three figures: "147 kB", "1.2 GB". */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 4);
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${['bytes', 'kB', 'MB', 'GB', 'TB'][power]}`;
}
