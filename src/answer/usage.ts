import { renderUsage } from '../terminal/usage.ts';
import type { GenerateContentResponse } from '../wire/generate-content.ts';

/** The line of -u/--usage: tokens by modality, and the time to the first text and in all (milliseconds). */
export function usageLine(
  response: GenerateContentResponse,
  times: { firstMs: number | undefined; totalMs: number },
): string {
  const usage = response.usageMetadata;
  return renderUsage({
    promptTokens: usage?.promptTokenCount,
    promptDetails: (usage?.promptTokensDetails ?? []).map(({ modality, tokenCount = 0 }) => ({
      name: modality.toLowerCase(),
      tokens: tokenCount,
    })),
    answerTokens: usage?.candidatesTokenCount,
    thoughtTokens: usage?.thoughtsTokenCount,
    cachedTokens: usage?.cachedContentTokenCount,
    ...times,
  });
}
