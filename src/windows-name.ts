/**
 * Names that Windows gives a meaning of its own: learn.microsoft.com, "Naming Files, Paths, and Namespaces". A file made
 * with one on another system cannot be copied there.
 */

/** Whether a name, with any ending, is that of a device. */
export function isDeviceName(name: string): boolean {
  return /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i.test(name);
}

/**
 * Why a path cannot be that of a file to write on Windows, which would write something else in silence; undefined for one
 * that can be.
 */
export function windowsPathFault(path: string): string | undefined {
  const withoutPrefix = path.replace(/^[\\/]{2}[?.][\\/]/, '').replace(/^[a-z]:/i, '');
  for (const segment of withoutPrefix.split(/[\\/]/)) {
    if (segment.includes(':')) return `"${segment}" is a stream within a file on Windows`;
    if (isDeviceName(segment)) return `"${segment}" is a device on Windows`;
    if (/[. ]$/.test(segment) && !/^\.\.?$/.test(segment)) {
      return `Windows drops the end of "${segment}"`;
    }
  }
  return undefined;
}
