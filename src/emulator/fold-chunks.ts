import type { Candidate, GenerateContentResponse, Part } from '../wire/generate-content.ts';

/** The chunks of a stream as the one response that generateContent gives. */
export async function foldChunks(
  chunks: AsyncIterable<GenerateContentResponse>,
): Promise<GenerateContentResponse> {
  let folded: GenerateContentResponse = {};
  const candidates = new Map<number, Candidate>();
  for await (const chunk of chunks) {
    for (const candidate of chunk.candidates ?? []) {
      const index = candidate.index ?? 0;
      candidates.set(index, joined(candidates.get(index), candidate));
    }
    folded = { ...folded, ...chunk };
  }
  if (candidates.size > 0) folded.candidates = [...candidates.values()];
  return folded;
}

function joined(before: Candidate | undefined, next: Candidate): Candidate {
  const parts: Part[] = [...(before?.content?.parts ?? [])];
  for (const part of next.content?.parts ?? []) {
    const last = parts.at(-1);
    if (last !== undefined && isPlainText(last) && isPlainText(part) && last.thought === part.thought) {
      parts[parts.length - 1] = { ...last, text: `${last.text}${part.text}` };
    } else {
      parts.push(part);
    }
  }
  const content = { ...before?.content, ...next.content };
  return { ...before, ...next, content: parts.length > 0 ? { ...content, parts } : content };
}

function isPlainText(part: Part): boolean {
  return part.text !== undefined && part.thoughtSignature === undefined;
}
