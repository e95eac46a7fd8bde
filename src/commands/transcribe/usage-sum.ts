import { usageLine } from '../../answer/usage.ts';
import { monotonicMs } from '../../concurrency.ts';
import type { UsageMetadata } from '../../wire/generate-content.ts';

/** What all requests of a run cost together. */
export type UsageSum = {
  add(usage: UsageMetadata | undefined): void;
  /** The line of --usage. */
  line(): string;
};

export function createUsageSum(): UsageSum {
  const started = monotonicMs();
  const counts = new Map<Count, number>();
  const modalities = new Map<string, number>();
  return {
    add(usage) {
      for (const name of COUNTS) {
        const count = usage?.[name];
        if (count !== undefined) counts.set(name, (counts.get(name) ?? 0) + count);
      }
      for (const { modality, tokenCount = 0 } of usage?.promptTokensDetails ?? []) {
        modalities.set(modality, (modalities.get(modality) ?? 0) + tokenCount);
      }
    },
    line() {
      const promptTokensDetails = [...modalities].map(([modality, tokenCount]) => ({ modality, tokenCount }));
      const usageMetadata = { ...Object.fromEntries(counts), promptTokensDetails };
      return usageLine({ usageMetadata }, { firstMs: undefined, totalMs: monotonicMs() - started });
    },
  };
}

const COUNTS = [
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
] as const;
type Count = (typeof COUNTS)[number];
