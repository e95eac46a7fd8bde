import { isByteSource } from '../byte-source.ts';
import type { Part } from '../wire/generate-content.ts';

/**
 * The parts with files of text as text: chat completions has no medium for them. What a request may hold was checked
 * before (checkRequestSize), so that they fit in memory.
 */
export async function textFilesAsText(parts: readonly Part[]): Promise<Part[]> {
  return Promise.all(
    parts.map(async (part) => {
      const data = part.inlineData?.data;
      if (!part.inlineData?.mimeType.startsWith('text/') || !isByteSource(data)) return part;
      const bytes = Buffer.alloc(data.byteLength);
      const reader = await data.open();
      try {
        let filled = 0;
        for (let count = -1; count !== 0 && filled < bytes.length; filled += count) {
          count = await reader.read(bytes.subarray(filled));
        }
      } finally {
        await reader.close();
      }
      return { text: bytes.toString('utf8') };
    }),
  );
}
