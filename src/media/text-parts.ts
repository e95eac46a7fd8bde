import { isByteSource, readWhole } from '../byte-source.ts';
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
      return { text: (await readWhole(data)).toString('utf8') };
    }),
  );
}
