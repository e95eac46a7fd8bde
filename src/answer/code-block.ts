import type { CodeExecutionResult, ExecutableCode } from '../wire/generate-content.ts';

/** Code that the service ran, as a fenced block that names its language. */
export function codeBlock({ language, code }: Partial<ExecutableCode>): string {
  const name = String(language ?? '').toLowerCase();
  // The name is the server's word and stands outside the block.
  return fenced(String(code ?? ''), /^[a-z0-9+#-]+$/.test(name) ? name : '');
}

/** What came of the code, its outcome named unless it was OUTCOME_OK; undefined when there is nothing to show. */
export function resultBlock({ outcome, output }: Partial<CodeExecutionResult>): string | undefined {
  const failed = outcome && outcome !== 'OUTCOME_OK' ? `Code execution ended with ${outcome}` : '';
  if (!output) return failed ? `${failed}.` : undefined;
  return `${failed && `${failed}:\n\n`}${fenced(String(output), '')}`;
}

/** The fence is longer than any run of backticks within, so that the text cannot end the block. */
function fenced(text: string, info: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${info}\n${text.endsWith('\n') ? text : `${text}\n`}${fence}`;
}
