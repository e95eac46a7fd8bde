import { Option } from 'commander';
import type { Declare } from './declare.ts';
import { addGroup, answerOptions, partOptions, requestOptions, settingOptions } from './options.ts';
import { typedPrompt } from './typed-prompt.ts';

/** `gemini chat` */
export const declare: Declare = (command, invocation) => {
  command
    .usage('[options] [part...]')
    .argument('[part...]', 'the first message; "-" is stdin')
    .addHelpText('after', EXAMPLES);
  partOptions(command);
  addGroup(command, 'Conversation', [
    new Option('-c, --continue', 'go on with the session used last'),
    new Option('--session <name>', 'go on with the session of this name, or begin it'),
    new Option('--no-store', 'write nothing down'),
    new Option('--keep-going', 'in a pipe: go on after a turn that failed'),
    new Option('--commands', 'in a pipe: lines such as "/attach cat.jpg" are commands, as at a terminal'),
  ]);
  for (const add of [requestOptions, answerOptions]) add(command);
  addGroup(command, 'Request', [
    new Option('--max-tokens-in <n>', 'send nothing that is estimated to have more tokens'),
  ]);
  settingOptions(command);
  command.action(async (_texts: string[], flags: Record<string, unknown>) => {
    const prompt = await typedPrompt(command, flags, invocation);
    if (!prompt) return;
    const { chat, readChatOptions } = await import('../commands/chat/chat.ts');
    const options = readChatOptions(prompt.flags, prompt.parts);
    await chat(invocation.openFor(prompt.flags), options);
  });
};

const EXAMPLES = `
At a terminal, each message is a turn; /help lists the commands there.

In a pipe, each line that is not empty is a turn and is sent as it is: "@", "/"
and "//" at its start mean nothing, unless --commands is given. The answers come
in order on stdout. --format jsonl prints an object a turn:

  {"turn": 1, "prompt": "Hi", "text": "Hello.", "finishReason": "STOP", "usage": {}}

with "parts" for what is no text, and "error" (exitCode, message, hint) if it
failed. --format json prints {"session", "model", "turns"} at the end.

A failed turn leaves the conversation as it was and ends the chat with its exit
code; --keep-going asks the rest too.

Sessions are kept in the state folder (XDG_STATE_HOME or ~/.local/state,
gemini-prompt/sessions). They name files and do not hold them: a file that is
gone or has changed is left out when the session goes on, and that is said.

Examples:
  gemini chat
  gemini chat --image cat.jpg "what is this"
  gemini chat -c                               (the conversation of last time)
  gemini chat --session rome -s "You know Rome."
  printf 'Name a fruit.\\nAnd another.\\n' | gemini chat
  gemini chat --format jsonl < questions.txt
`;
