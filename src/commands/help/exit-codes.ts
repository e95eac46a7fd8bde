/** `gemini help exit-codes`: the codes of errors.ts. */
export function exitCodes(): string {
  return `Scripts may rely on these:

    0  done; a closed pipe downstream is also 0
    1  a failure of ours, which is a bug: --debug shows more
    2  usage or configuration: nothing was sent
    3  input: missing, unreadable, empty, of the wrong kind, over a limit; or the output cannot be written
    4  authentication or permission: no credential, 401, 403
    5  blocked: a policy stopped the prompt or the answer
    6  quota or rate limit (429), after the tries
    7  unavailable: network, timeout, 5xx, after the tries
    8  incomplete: the answer was cut, or there was none; what came is on stdout
    9  some of many files failed; the rest are done and recorded
   10  the server refused the request (400, 404, 413): its own words are shown
  129, 130, 143  ended by SIGHUP, SIGINT (Ctrl-C), SIGTERM; what came is kept

An error is one line on stderr that starts with "gemini: ", with at most one "hint: " line after it; with --format json also
one JSON object on stderr.
`;
}
