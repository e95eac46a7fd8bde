import type { BackendLimits } from '../backends/backend.ts';
import { isByteSource } from '../byte-source.ts';
import { InputError } from '../errors.ts';
import type { Part } from '../wire/generate-content.ts';
import { displayName } from './display-name.ts';
import { formatBytes } from './format-bytes.ts';

/**
 * Checks that the media fit in one request: they travel in it as base64, 4 bytes for every 3.
 * @throws InputError that lists the sizes
 */
export function checkRequestSize(parts: readonly Part[], limits: BackendLimits): void {
  const sources = parts.flatMap(({ inlineData }) =>
    isByteSource(inlineData?.data) ? [inlineData.data] : [],
  );
  const total = sources.reduce((sum, { byteLength }) => sum + base64Length(byteLength), 0);
  if (total <= limits.requestBytes) return;
  const scheme = limits.uriSchemes.find((each) => each === 'gs:' || each === 's3:');
  throw new InputError(
    `too large: ${formatBytes(total)} of base64, and a request holds ${formatBytes(limits.requestBytes)}`,
    {
      details: sources.map(
        ({ name, byteLength }) =>
          `${displayName(name)}: ${formatBytes(byteLength)}, ${formatBytes(base64Length(byteLength))} as base64`,
      ),
      hint: scheme
        ? `upload large files to a bucket and name them as ${scheme}//bucket/object`
        : 'send fewer or smaller files',
    },
  );
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
