import { type Command, Option } from 'commander';
import type { Declare, Flags } from './declare.ts';
import { describingOptions } from './describing-options.ts';
import { addGroup, debugOption, formatOption, requestOptions, settingOptions } from './options.ts';
import { typedPrompt } from './typed-prompt.ts';

/** `gemini batch`: many requests at once for the service's own batch engine, at half the price. */
export const declare: Declare = (batch, invocation) => {
  const { openFor } = invocation;
  batch.addHelpText('after', EXAMPLES);
  const add = (name: string, description: string, examples: string) => {
    const command = batch.command(name).description(description).addHelpText('after', examples);
    return command;
  };
  const finish = (command: Command) => {
    addGroup(command, 'Output', [new Option('-q, --quiet', 'no notes or progress on stderr'), debugOption()]);
    settingOptions(command);
    return command;
  };

  const submit = add('submit', 'write the requests, upload what they need, create the jobs', SUBMIT_EXAMPLES)
    .usage('[options] [source...]')
    .argument('[source...]', 'inputs: files, folders, patterns, addresses; each is one request');
  inputOptions(submit);
  requestOptions(submit);
  jobOptions(submit);
  finish(submit.addOption(formatOption())).action(async (_sources: string[], flags: Flags) => {
    // The words after `submit`.
    const own = { ...invocation, rest: invocation.rest.slice(1) };
    const prompt = await typedPrompt(submit, flags, own);
    if (!prompt) return;
    const { readSubmitOptions, submit: run } = await import('../commands/batch/submit.ts');
    const options = readSubmitOptions(prompt.flags, prompt.parts);
    await run(openFor(prompt.flags), options);
  });

  const status = add('status', 'how far batches are', STATUS_EXAMPLES)
    .argument('[job...]', 'IDs that `submit` printed, or names of jobs; those from here unless given')
    .option('-w, --wait', 'until they are over; fails if one of them has failed')
    .addOption(formatOption());
  finish(status).action(async (words: string[], flags: Flags) => {
    const { readManageOptions, showStatus } = await import('../commands/batch/manage.ts');
    await showStatus(openFor(flags), words, readManageOptions(flags));
  });

  const results = add('results', 'the answers, in the order of the inputs', RESULTS_EXAMPLES)
    .argument('<job>', 'an ID that `submit` printed, or the name of a job')
    .option('-w, --wait', 'until it is over')
    .addOption(
      new Option('--format <form>', 'text, json, jsonl, csv or md')
        .choices(['text', 'json', 'jsonl', 'csv', 'md'])
        .default('text'),
    )
    .option('-o, --output <file>', 'write them to a file, which appears when it is whole')
    .option('--sidecar <ending>', 'a file beside each input: .txt (the answer) or .json (the record)')
    .option('--output-dir <folder>', 'a file for each input in this folder');
  finish(results).action(async (word: string, flags: Flags) => {
    const { readResultsOptions, showResults } = await import('../commands/batch/results.ts');
    const options = readResultsOptions(flags);
    // Errors are told as JSON only to those who read JSON.
    const format = /^jsonl?$/.test(options.format) ? options.format : 'text';
    await showResults(openFor({ ...flags, format }), word, options);
  });

  const cancel = add('cancel', 'cancel batches that are not over', CANCEL_EXAMPLES);
  finish(cancel.argument('<job...>', 'IDs or names of jobs')).action(
    async (words: string[], flags: Flags) => {
      const { cancelBatches } = await import('../commands/batch/manage.ts');
      await cancelBatches(openFor(flags), words);
    },
  );

  const list = add('list', 'all batch jobs of the account', LIST_EXAMPLES)
    .option('--limit <n>', 'at most so many, the newest first (50)')
    .addOption(formatOption());
  finish(list).action(async (flags: Flags) => {
    const { listJobs, readManageOptions } = await import('../commands/batch/manage.ts');
    await listJobs(openFor(flags), readManageOptions(flags));
  });

  const remove = add('delete', 'delete batches that are over, and forget them here', DELETE_EXAMPLES);
  finish(remove.argument('<job...>', 'IDs or names of jobs')).action(
    async (words: string[], flags: Flags) => {
      const { deleteBatches } = await import('../commands/batch/manage.ts');
      await deleteBatches(openFor(flags), words);
    },
  );
};

function inputOptions(command: Command): void {
  describingOptions(command);
  addGroup(command, 'Inputs', [
    new Option('--prompts <file>', 'in place of inputs: a request for each line of text; "-" is stdin'),
    new Option('--requests <file>', 'in place of inputs: requests as JSON lines, {"key", "request"}'),
    new Option('--input-uri <uri>', 'in place of inputs: requests at the service: gs://, bq:// or files/ID'),
  ]);
}

function jobOptions(command: Command): void {
  addGroup(command, 'Jobs', [
    new Option('--name <name>', 'what people call it'),
    new Option('--output-uri <uri>', 'where results go on Vertex AI: gs:// or bq:// (below --upload-to)'),
    new Option('--requests-per-job <n>', "fewer than the service's limit"),
    new Option('--bytes-per-job <size>', "a smaller file of requests than the service's limit"),
    new Option('--again', 'once more, although the same was submitted before'),
    new Option('--dry-run', 'print the requests; --dry-run=http prints what creates the jobs'),
    new Option('--dry-run-as <form>').choices(['body', 'http']).hideHelp(),
  ]);
}

const EXAMPLES = `
Examples:
  gemini batch submit photos/ -p "describe for a catalogue"     (prints an ID)
  gemini batch status --wait ID
  gemini batch results ID --format jsonl > results.jsonl
`;

const SUBMIT_EXAMPLES = `
Examples:
  gemini batch submit photos/*.jpg --schema 'title, tags'
  gemini batch submit --prompts questions.txt -s "answer in one word"
  gemini batch submit --requests requests.jsonl --name nightly
  find . -name '*.mp3' -print0 | gemini batch submit --files-from - -0 -p "transcribe"
  gemini batch submit -b vertex --upload-to gs://bucket/in photos/
  gemini batch submit -b vertex --input-uri bq://p.d.requests --output-uri bq://p.d.answers
  gemini batch submit photos/ --dry-run                         (the requests; nothing is sent)
`;

const STATUS_EXAMPLES = `
Examples:
  gemini batch status
  gemini batch status --wait ID && gemini batch results ID
  gemini batch status batches/abc123 --format json
`;

const RESULTS_EXAMPLES = `
Examples:
  gemini batch results ID
  gemini batch results --wait ID --format csv -o results.csv
  gemini batch results -b vertex projects/p/locations/l/batchPredictionJobs/123 --format jsonl
`;

const CANCEL_EXAMPLES = `
Example:
  gemini batch cancel ID
`;

const LIST_EXAMPLES = `
Examples:
  gemini batch list
  gemini batch list --limit 500 --format json
`;

const DELETE_EXAMPLES = `
Example:
  gemini batch delete ID
`;
