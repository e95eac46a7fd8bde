import type { AnswerOutput } from '../../answer/output.ts';
import { ClosedPipeError, GeminiError, UsageError } from '../../errors.ts';
import { escapeJson } from '../../terminal/sanitize.ts';
import type { UsageMetadata } from '../../wire/generate-content.ts';
import { answerText, findCandidate, finishReasonOf } from '../../wire/response.ts';
import { openQuestionOutput } from '../answering.ts';
import { type Chat, textOfContent } from './chat-state.ts';
import { pipedLines } from './piped-lines.ts';
import { namesSlashCommand, runSlashCommand } from './run-slash-command.ts';
import type { SlashHost } from './slash-commands.ts';
import { isSlashCommand, textOfLine } from './slash-line.ts';
import { type Message, type TurnEnd, takeTurn } from './take-turn.ts';

/** One turn as `--format json` and `jsonl` print it. */
type PrintedTurn = {
  readonly turn: number;
  readonly prompt: string;
  readonly text: string;
  readonly finishReason?: string;
  readonly usage?: UsageMetadata;
  /** Parts of the answer that are no text. */
  readonly parts?: readonly object[];
  readonly error?: PrintedError;
};
type PrintedError = { readonly exitCode: number; readonly message: string; readonly hint?: string };

/**
 * A chat without a person at it: the turn of the command line, then one of each line of stdin. A failed turn ends it,
 * or with `--keep-going` the next one follows.
 * @throws what was wrong with the first failed turn
 */
export async function runPiped(chat: Chat, first: Message | undefined, reading: boolean): Promise<void> {
  const { context, options } = chat;
  const printed: PrintedTurn[] = [];
  let number = 0;
  let failure: unknown;

  /** @returns false when the chat is over */
  const take = async (message: Message, again = false): Promise<boolean> => {
    number++;
    const end = await takeTurn(chat, message, { signal: context.signal, again, open });
    if (options.format !== 'text') {
      const turn = printedTurn(number, end, chat);
      printed.push(turn);
      if (options.format === 'jsonl') await print(JSON.stringify(turn));
    }
    return end.fault ? goesOnAfter(end.fault, `turn ${number}`) : true;
  };
  const goesOnAfter = (fault: unknown, what: string): boolean => {
    context.signal.throwIfAborted();
    if (fault instanceof ClosedPipeError || !(fault instanceof GeminiError)) throw fault;
    failure ??= fault;
    if (options.keepGoing) context.note(`${what} failed: ${fault.message}`);
    return options.keepGoing;
  };
  const host: SlashHost = { send: take, print: (text) => context.io.stderr.write(context.mask(text)) };
  const open = (request: Parameters<typeof openQuestionOutput>[2]) =>
    options.format === 'text' ? openQuestionOutput(context, options, request) : Promise.resolve(UNSHOWN);
  const print = (json: string) =>
    context.io.stdout.write(`${context.io.stdout.isTTY ? escapeJson(json) : json}\n`);
  const takeLine = async (text: string): Promise<boolean> => {
    if (options.commands && isSlashCommand(text)) {
      try {
        return await runSlashCommand(chat, text, host);
      } catch (fault) {
        return goesOnAfter(fault, 'the command');
      }
    }
    if (namesSlashCommand(text) && !options.commands) {
      context.note(`note: "${text.slice(0, 40)}" is sent as text; --commands runs the commands of a pipe`);
    }
    return take({ parts: [...chat.queued, { text: options.commands ? textOfLine(text) : text }] });
  };

  let going = first === undefined || (await take(first));
  if (going && reading) {
    for await (const { text } of pipedLines(context.io.stdin, context.signal)) {
      going = await takeLine(text);
      if (!going) break;
    }
  }
  if (going && number === 0 && chat.queued.length > 0) await take({ parts: chat.queued });
  if (number === 0 && !options.commands) {
    throw new UsageError('nothing to ask', {
      hint: 'pipe a line for each turn, name the first on the command line, or run it on a terminal',
    });
  }
  if (options.format === 'json') {
    const session = chat.recorder.session()?.name;
    await print(JSON.stringify({ ...(session && { session }), model: chat.model, turns: printed }, null, 2));
  }
  if (failure) throw failure;
}

const UNSHOWN: AnswerOutput = {
  add: async () => {},
  end: async () => {},
  publish: async () => {},
  abandon: async () => {},
};

function printedTurn(number: number, { turn, response = {}, fault }: TurnEnd, chat: Chat): PrintedTurn {
  const prompt = textOfContent(turn?.contents[0] ?? chat.failed?.content);
  const finishReason = finishReasonOf(response);
  const others = (findCandidate(response)?.content?.parts ?? []).filter(({ text }) => text === undefined);
  return {
    turn: number,
    prompt,
    text: answerText(response),
    ...(others.length > 0 && { parts: others }),
    ...(finishReason !== undefined && { finishReason }),
    ...(response.usageMetadata && { usage: response.usageMetadata }),
    ...(fault instanceof GeminiError && { error: printedError(fault, chat) }),
  };
}

function printedError({ exitCode, message, hint }: GeminiError, { context }: Chat): PrintedError {
  return {
    exitCode,
    message: context.mask(message),
    ...(hint !== undefined && { hint: context.mask(hint) }),
  };
}
