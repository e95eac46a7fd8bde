import { join } from 'node:path';
import { stateFolder } from '../../config/paths.ts';
import { IncompleteError, InterruptedError } from '../../errors.ts';
import { openHistory } from '../../sessions/history.ts';
import { openLineEditor } from '../../terminal/line-editor/line-editor.ts';
import { isDumbTerminal, openPlainEditor } from '../../terminal/line-editor/plain-editor.ts';
import { reportError } from '../../terminal/report-error.ts';
import { oneLine, sanitize } from '../../terminal/sanitize.ts';
import { styleFor } from '../../terminal/style.ts';
import { openQuestionOutput } from '../answering.ts';
import type { Chat } from './chat-state.ts';
import { completeLine } from './complete.ts';
import { runSlashCommand } from './run-slash-command.ts';
import type { SlashHost } from './slash-commands.ts';
import { isSlashCommand, textOfLine } from './slash-line.ts';
import { queuedNames } from './slash-message.ts';
import { type Message, takeTurn } from './take-turn.ts';

/**
 * A chat with a person at the terminal, until they leave it (Ctrl-D, Ctrl-C at an empty prompt, /exit). What goes wrong
 * in a turn is told, and the chat goes on.
 * @throws the signal's reason when the run is ended
 */
export async function runAtTerminal(chat: Chat, first: Message | undefined): Promise<void> {
  const { context, options } = chat;
  const { io, signal } = context;
  const style = await styleFor(io.stdout);
  const folder = options.store ? stateFolder(context.env) : undefined;
  const history = folder === undefined ? undefined : await openHistory(join(folder, 'chat-history.jsonl'));
  const openEditor = isDumbTerminal(context.env) ? openPlainEditor : openLineEditor;
  const editor = await openEditor({
    stdin: io.stdin,
    stdout: io.stdout,
    history: history?.lines ?? [],
    onMessage: (text) => void history?.add(context.mask(text)),
    complete: (line) => completeLine(chat, line),
    signal,
  });
  const host: SlashHost = {
    print: (text) => io.stdout.write(text),
    send: (message, again) => editor.quietly(() => sendAtTerminal(chat, message, again)),
    edit: (text) => editAtTerminal(chat, text),
  };
  greet(chat);
  try {
    let going = first === undefined || (await host.send(first));
    while (going) {
      const names = queuedNames(chat);
      const attached = names.length > 0 ? `${style.dim(`[${names.join(', ')}]`)} ` : '';
      const typed = await editor.read(`${attached}${style.cyan('>')} `);
      if (typed.kind === 'end' || (typed.kind === 'interrupted' && typed.empty)) return;
      if (typed.kind === 'message' && typed.text.trim() !== '') going = await take(typed.text);
    }
  } finally {
    editor.close();
  }

  async function take(text: string): Promise<boolean> {
    if (isSlashCommand(text)) return commandAtTerminal(chat, text, host);
    return host.send({ parts: [...chat.queued, { text: textOfLine(text) }] });
  }
}

function greet({ context, model, turns, recorder }: Chat): void {
  const session = recorder.session();
  const before = turns.length === 1 ? ', 1 turn so far' : `, ${turns.length} turns so far`;
  const where = session ? `, session ${session.name}${turns.length > 0 ? before : ''}` : '';
  context.note(`${oneLine(model)}${where}; /help lists the commands, Ctrl-D leaves`);
}

/** Ctrl-C ends the command, and a second one before it has ended the whole run. */
async function commandAtTerminal(chat: Chat, line: string, host: SlashHost): Promise<boolean> {
  const { context } = chat;
  const command = new AbortController();
  const ignore = context.onInterrupt(() => {
    ignore();
    command.abort(new InterruptedError('SIGINT'));
  });
  chat.signal = AbortSignal.any([context.signal, command.signal]);
  const send: SlashHost['send'] = (message, again) => {
    // A turn has a Ctrl-C of its own.
    ignore();
    return host.send(message, again);
  };
  try {
    return await runSlashCommand(chat, line, { ...host, send });
  } catch (error) {
    context.signal.throwIfAborted();
    // The terminal has echoed ^C where the cursor was.
    if (command.signal.aborted) await context.io.stderr.write('\ninterrupted\n');
    else await tell(chat, error);
    return true;
  } finally {
    ignore();
    chat.signal = context.signal;
  }
}

/** What was written is shown as if it had been typed. */
async function editAtTerminal({ context }: Chat, text: string): Promise<string> {
  const { env, signal, io } = context;
  const { editText } = await import('../../terminal/external-editor.ts');
  // Ctrl-C is for the editor, which hears of it too.
  const leaveAlone = context.onInterrupt(() => {});
  const written = await editText(text, { env, signal }).finally(leaveAlone);
  if (written.trim() !== '') {
    await io.stdout.write(`> ${sanitize(written.trimEnd()).replaceAll('\n', '\n… ')}\n`);
  }
  return written;
}

/** Ctrl-C ends the answer, and a second one before it has ended the whole run. */
async function sendAtTerminal(chat: Chat, message: Message, again = false): Promise<boolean> {
  const { context, options } = chat;
  const turn = new AbortController();
  const ignore = context.onInterrupt(() => {
    ignore();
    turn.abort(new InterruptedError('SIGINT'));
  });
  const end = await takeTurn(chat, message, {
    signal: AbortSignal.any([context.signal, turn.signal]),
    again,
    open: (request) => openQuestionOutput(context, options, request),
  }).finally(ignore);
  context.signal.throwIfAborted();
  if (turn.signal.aborted) {
    const kept = end.turn
      ? 'what came of the answer is kept, marked incomplete'
      : 'nothing of the answer came';
    // The terminal has echoed ^C where the cursor was, and an answer has ended its line.
    await context.io.stderr.write(`${end.turn ? '' : '\n'}interrupted: ${kept}; /retry asks again\n`);
  } else if (end.fault) {
    await tell(chat, end.fault);
    if (end.turn?.incomplete !== undefined && end.fault instanceof IncompleteError) {
      context.note('what came of the answer is kept, marked incomplete; /retry asks again');
    }
  }
  return true;
}

async function tell({ context }: Chat, error: unknown): Promise<void> {
  const { io } = context;
  const stderr = {
    ...io.stderr,
    write: (text: string | Uint8Array) => io.stderr.write(context.mask(String(text))),
  };
  await reportError(error, { stdin: io.stdin, stdout: io.stdout, stderr }, { format: 'text', debug: false });
}
