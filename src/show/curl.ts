import type { ByteSource } from '../byte-source.ts';
import { credentialOf, headersOf, type ShowFacts } from './facts.ts';
import { printLiteral, quoted, type Syntax } from './literal.ts';

/**
 * A POSIX shell program that sends the request with curl (7.55 or later) and reads media from their files. The body
 * goes through a pipe. The secret goes through file descriptor 3, since every user of the machine can read the
 * arguments of a process.
 */
export function curlProgram(facts: ShowFacts): string {
  const files: string[] = [];
  const body = printLiteral(facts.request, jsonSyntax(files));
  const secret = secretHeader(facts);
  const curl = [
    `curl -sS -g${facts.stream ? ' -N' : ''}${facts.method === 'POST' ? '' : ` -X ${shellQuoted(facts.method)}`}`,
    shellQuoted(facts.url),
    ...Object.entries({ 'content-type': 'application/json', ...headersOf(facts) }).map(
      ([name, value]) => `-H ${shellQuoted(`${name}: ${value}`)}`,
    ),
    ...(secret ? ['-H @/dev/fd/3'] : []),
    '--data-binary @-',
  ].join(' \\\n  ');
  const sections = [
    `#!/bin/sh\n# The request with curl${files.length > 0 ? '; media are read from their files' : ''}.${projectNote(facts)}\nset -eu`,
    secret?.before,
    files.length > 0 ? checkFiles(files) : undefined,
    // Line ends stand between the tokens of the JSON only, and in base64: taking them out joins the pieces.
    `{\n${HEREDOC_START}\n${body}\n${HEREDOC_END}\n} | tr -d '\\n' | ${curl}${secret ? ` 3<<HEADERS\n${secret.line}\nHEADERS` : ''}`,
  ];
  return `${sections.filter((section) => section !== undefined).join('\n\n')}\n`;
}

/** A word of the shell that stands for exactly this text. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The quotes keep the shell from reading its text. No line of printed JSON can be the end alone: texts hold no line ends. */
const HEREDOC_START = "cat <<'JSON'";
const HEREDOC_END = 'JSON';

/** JSON in a here-document that is left where a file's base64 stands. */
function jsonSyntax(files: string[]): Syntax {
  return {
    key: quoted,
    null: 'null',
    true: 'true',
    false: 'false',
    trailingComma: '',
    padding: '',
    indent: 2,
    source: ({ name }: ByteSource) => {
      if (!files.includes(name)) files.push(name);
      return `"\n${HEREDOC_END}\nbase64 < ${shellQuoted(name)}\n${HEREDOC_START}\n"`;
    },
  };
}

/** Without this check, a request without its picture would be sent: a pipe's status is that of its last command. */
function checkFiles(files: readonly string[]): string {
  return [
    `for file in ${files.map(shellQuoted).join(' ')}; do`,
    `  [ -r "$file" ] || { printf 'cannot read %s\\n' "$file" >&2; exit 1; }`,
    'done',
  ].join('\n');
}

function secretHeader(facts: ShowFacts): { before: string; line: string } | undefined {
  const credential = credentialOf(facts);
  if (credential === 'none') return undefined;
  if (credential === 'google') {
    // On a line of its own, so that its failure ends the program.
    return { before: 'token=$(gcloud auth print-access-token)', line: 'authorization: Bearer $token' };
  }
  const variable = credential.apiKeyVariable;
  return { before: `: "\${${variable}:?holds no API key}"`, line: `x-goog-api-key: $${variable}` };
}

function projectNote(facts: ShowFacts): string {
  return facts.url.includes('/projects/PROJECT_ID/') ? ' Put your project in place of PROJECT_ID.' : '';
}
