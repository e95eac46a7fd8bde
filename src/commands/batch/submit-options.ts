import { UsageError } from '../../errors.ts';
import { parseByteSize } from '../../prompt/byte-size.ts';
import type { TypedPart } from '../../prompt/parts.ts';
import { type DescribingOptions, readCount, readDescribingOptions } from '../describing.ts';
import { readFlags } from '../prompt-options.ts';

/** What is to be submitted, as the command line put it. */
export type SubmitOptions = {
  readonly describing: DescribingOptions;
  /** A file of requests that are written already; '-' is stdin. */
  readonly requests: string | undefined;
  /** A file of prompts, one a line. */
  readonly prompts: string | undefined;
  /** Requests that are where the service reads them: gs://…, bq://… or files/ID. */
  readonly inputUri: string | undefined;
  readonly outputUri: string | undefined;
  readonly name: string;
  /** Lower limits than the service's. */
  readonly requestsPerJob: number | undefined;
  readonly bytesPerJob: number | undefined;
  /** Once more, although the same was submitted before. */
  readonly again: boolean;
  readonly dryRun: 'body' | 'http' | undefined;
  readonly format: 'text' | 'json';
};

/** The options record of commander's flags. */
export function readSubmitOptions(
  flags: Readonly<Record<string, unknown>>,
  parts: readonly TypedPart[],
): SubmitOptions {
  const { text, is } = readFlags(flags);
  const requestsPerJob = text('requestsPerJob');
  const options: SubmitOptions = {
    describing: readDescribingOptions(flags, parts),
    requests: text('requests'),
    prompts: text('prompts'),
    inputUri: text('inputUri'),
    outputUri: text('outputUri'),
    name: text('name') ?? 'gemini-batch',
    requestsPerJob:
      requestsPerJob === undefined ? undefined : readCount(requestsPerJob, '--requests-per-job'),
    bytesPerJob: readSize(text('bytesPerJob')),
    again: is('again'),
    dryRun: (text('dryRunAs') as 'body' | 'http' | undefined) ?? (is('dryRun') ? 'body' : undefined),
    format: text('format') === 'json' ? 'json' : 'text',
  };
  checkInputs(options);
  if (!/^[\w .:/-]{1,80}$/.test(options.name)) {
    throw new UsageError('--name: at most 80 letters, digits, spaces and any of _ . : / -');
  }
  return options;
}

/** One kind of input at a time: each is a batch of its own. */
function checkInputs({ describing, requests, prompts, inputUri, outputUri }: SubmitOptions): void {
  const given = [
    describing.inputs.length > 0 && 'sources',
    describing.filesFrom !== undefined && '--files-from',
    requests !== undefined && '--requests',
    prompts !== undefined && '--prompts',
    inputUri !== undefined && '--input-uri',
  ].filter((each) => each !== false);
  const sources = given.every((each) => each === 'sources' || each === '--files-from');
  if (given.length > 1 && !sources) throw new UsageError(`${given.join(' and ')} cannot be one batch`);
  if (given.length === 0) {
    throw new UsageError('nothing to submit', {
      hint: 'name files or folders, or give --files-from, --prompts or --requests FILE',
    });
  }
  if (inputUri !== undefined && !/^(gs|bq):\/\/.+|^files\/.+/.test(inputUri)) {
    throw new UsageError(`--input-uri: "${inputUri}" is no gs://, bq:// or files/ address`);
  }
  if (outputUri !== undefined && !/^(gs|bq):\/\/./.test(outputUri)) {
    throw new UsageError(`--output-uri: "${outputUri}" is no gs:// or bq:// address`);
  }
}

function readSize(text: string | undefined): number | undefined {
  const bytes = text === undefined ? undefined : parseByteSize(text);
  if (text === undefined || (bytes !== undefined && bytes > 0)) return bytes;
  throw new UsageError(`--bytes-per-job: "${text}" is not a size`, {
    hint: 'a size is such as 500MB or 1GiB',
  });
}
