import { UsageError } from '../../errors.ts';
import type { RecordFormatName } from '../../many/formats/index.ts';
import type { TypedPart } from '../../prompt/parts.ts';
import { type DescribingOptions, readCount, readDescribingOptions } from '../describing.ts';
import { readFlags } from '../prompt-options.ts';

/** What `describe` is to do, as the command line put it. */
export type DescribeOptions = DescribingOptions & {
  /** Requests under way at once. */
  readonly jobs: number;
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  readonly journal: string | undefined;
  readonly retryFailed: boolean;
  readonly fresh: boolean;
  readonly ordered: boolean;
  readonly format: RecordFormatName;
  readonly output: string | undefined;
  readonly outputDir: string | undefined;
  readonly usage: boolean;
  readonly verbose: boolean;
  /** What to do instead of sending: print the requests, or what they add up to. */
  readonly preview: 'body' | 'http' | 'plan' | undefined;
};

/** The options record of commander's flags. */
export function readDescribeOptions(
  flags: Readonly<Record<string, unknown>>,
  parts: readonly TypedPart[],
): DescribeOptions {
  const { text, is } = readFlags(flags);
  const rate = (name: string, flag: string) => {
    const typed = text(name);
    return typed === undefined ? undefined : readRate(typed, flag);
  };
  const sidecar = text('sidecar');
  if (sidecar !== undefined && !/^\.(txt|json)$/.test(sidecar)) {
    throw new UsageError(`--sidecar takes .txt or .json, not "${sidecar}"`);
  }
  return {
    ...readDescribingOptions(flags, parts),
    jobs: readCount(text('jobs') ?? '8', '--jobs'),
    requestsPerMinute: rate('rpm', '--rpm'),
    tokensPerMinute: rate('tpm', '--tpm'),
    journal: text('journal'),
    retryFailed: is('retryFailed'),
    fresh: is('fresh'),
    ordered: !is('unordered'),
    format: (text('format') ?? 'text') as RecordFormatName,
    output: text('output'),
    outputDir: text('outputDir'),
    usage: is('usage'),
    verbose: is('verbose'),
    preview: is('plan')
      ? 'plan'
      : ((text('dryRunAs') as 'body' | 'http' | undefined) ?? (is('dryRun') ? 'body' : undefined)),
  };
}

/** A number for a minute, also as 100k or 4M. */
function readRate(typed: string, flag: string): number {
  const [, digits, unit = ''] = /^([1-9]\d{0,9})([kM]?)$/i.exec(typed) ?? [];
  if (digits === undefined) {
    throw new UsageError(`${flag}: "${typed}" is not a number for a minute`, {
      hint: 'such as 60, 500k or 4M',
    });
  }
  return Number(digits) * ({ k: 1000, m: 1_000_000 }[unit.toLowerCase()] ?? 1);
}
