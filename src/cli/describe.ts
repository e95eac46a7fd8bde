import { Option } from 'commander';
import type { Declare } from './declare.ts';
import { describingOptions } from './describing-options.ts';
import { addGroup, requestOptions, settingOptions } from './options.ts';
import { typedPrompt } from './typed-prompt.ts';

/** `gemini describe` */
export const declare: Declare = (command, invocation) => {
  command
    .usage('[options] [file...]')
    .argument('[file...]', 'files, folders, patterns, addresses; "-" is stdin')
    .addHelpText('after', EXAMPLES);
  describingOptions(command);
  addGroup(command, 'Many', [
    new Option('-j, --jobs <n>', 'requests under way at once').default('8'),
    new Option('--rpm <n>', 'requests a minute at most'),
    new Option('--tpm <n>', 'tokens of prompts a minute at most, such as 4M'),
    new Option('--journal <file>', 'where it is kept what is done (default: a file for the folders named)'),
    new Option('--retry-failed', 'ask again for those that failed'),
    new Option('--fresh', 'ask again for all'),
  ]);
  addGroup(command, 'Answer', [
    new Option('--format <form>', 'how records are written')
      .choices(['text', 'json', 'jsonl', 'csv', 'md'])
      .default('text'),
    new Option('-o, --output <file>', 'write them to a file, which appears when it is whole'),
    new Option('--sidecar <ending>', 'a file beside each input: .txt (the answer) or .json (the record)'),
    new Option('--output-dir <folder>', 'a file for each input in this folder'),
    new Option('--unordered', 'write each as it comes, not in the order of the inputs'),
    new Option('-u, --usage', 'counts, tokens and cost at the end, on stderr'),
    new Option('--verbose', 'a line on the state now and then, also in a pipe'),
    new Option('-q, --quiet', 'no notes or progress on stderr'),
    new Option('--debug', 'trace requests on stderr, secrets masked'),
  ]);
  addGroup(command, 'Without sending', [
    new Option(
      '--dry-run',
      'print each request as a line of JSON; --dry-run=http adds method, URL and headers',
    ),
    new Option('--dry-run-as <form>').choices(['body', 'http']).hideHelp(),
    new Option('--plan', 'what it would come to: files, bytes, tokens, cost'),
  ]);
  requestOptions(command);
  settingOptions(command);
  command.action(async (_names: string[], flags: Record<string, unknown>) => {
    const prompt = await typedPrompt(command, flags, invocation);
    if (!prompt) return;
    const { describe, readDescribeOptions } = await import('../commands/describe/describe.ts');
    const options = readDescribeOptions(prompt.flags, prompt.parts);
    // Errors are told as JSON only to those who read JSON.
    const format = /^jsonl?$/.test(options.format) ? options.format : 'text';
    await describe(invocation.openFor({ ...prompt.flags, format }), options);
  });
};

const EXAMPLES = `
Examples:
  gemini describe photo.jpg
  gemini describe --alt-text --language de photos/ --sidecar .txt
  gemini describe photos/ --plan                      (files, tokens, cost; nothing is sent)
  gemini describe 'talks/**/*.mp4' --length short --format csv -o talks.csv
  gemini describe receipts/ --schema 'shop, total float, currency' --format jsonl -o receipts.jsonl
  find . -name '*.jpg' -print0 | gemini describe --files-from - -0 -j 32 --format jsonl -o all.jsonl
`;
