import type { Context } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import type { TypedPart } from '../../prompt/parts.ts';
import { checkSessionName } from '../../sessions/session-name.ts';
import { readAnsweringOptions } from '../answering.ts';
import { askedModel } from '../asked-model.ts';
import { readFlags, readPromptOptions, readTokenLimit } from '../prompt-options.ts';
import { consentOnTerminal } from '../tool-calls.ts';
import { begin, isStdinPart } from './begin.ts';
import type { Chat, ChatOptions } from './chat-state.ts';
import { loadConversation } from './load-session.ts';
import { createRecorder } from './recorder.ts';
import { resume } from './resume.ts';

/** The options record of commander's flags. */
export function readChatOptions(
  flags: Readonly<Record<string, unknown>>,
  parts: readonly TypedPart[],
): ChatOptions {
  const { text, is } = readFlags(flags);
  const options: ChatOptions = {
    ...readPromptOptions(flags, parts),
    ...readAnsweringOptions(flags),
    limits: flags.limits !== false,
    maxTokensIn: readTokenLimit(text('maxTokensIn')),
    session: text('session'),
    continue: is('continue'),
    store: flags.store !== false,
    keepGoing: is('keepGoing'),
    commands: is('commands'),
  };
  if (options.continue && options.session !== undefined) {
    throw new UsageError(
      '--continue goes on with the last session, and --session names one: give one of them',
    );
  }
  if (options.request !== undefined && options.continue) {
    throw new UsageError(
      '--request begins a conversation, and --continue goes on with one: give one of them',
    );
  }
  if (options.session !== undefined) checkSessionName(options.session);
  return options;
}

/** `gemini chat`: a conversation, at a terminal or one turn for each line of a pipe. */
export async function chat(given: Context, options: ChatOptions): Promise<void> {
  const context = sayingOnce(given);
  const { io, config } = context;
  // Stdin that is a part of the first message cannot hold the messages to come.
  const reading = options.stdin && !options.parts.some(isStdinPart);
  const interactive = reading && io.stdin.isTTY === true && io.stdout.isTTY;
  if (interactive && (options.output !== undefined || options.format !== 'text')) {
    const flag = options.output === undefined ? '--format' : '--output';
    throw new UsageError(`${flag} is for a chat in a pipe`, {
      hint: 'at a terminal, /export writes it down',
    });
  }
  const recorder = createRecorder(context, options.store);
  try {
    const resumed = await resume(context, options);
    if (resumed) await recorder.take(resumed.session, resumed.state.settings);
    const backend = await context.backend({ stream: options.stream, sending: true });
    const settings = resumed?.state.settings;
    const model = settings && config.origin('model') !== '--model' ? settings.model : askedModel(context);
    const loaded = await loadConversation(context, resumed, backend.name);
    const begun = await begin(context, options, { backend, model, settings, reading });
    let signal = context.signal;
    const state: Chat = {
      context,
      options,
      backend,
      interactive,
      consent: consentOnTerminal(io, options, () => signal),
      get signal() {
        return signal;
      },
      set signal(next) {
        signal = next;
      },
      model,
      frame: begun.frame,
      schema: begun.schema,
      ...loaded,
      start: [...loaded.start, ...begun.start],
      queued: begun.queued,
      failed: undefined,
      recorder,
    };
    if (interactive) {
      const { runAtTerminal } = await import('./repl.ts');
      await runAtTerminal(state, begun.first);
    } else {
      const { runPiped } = await import('./pipe.ts');
      await withOutputFile(state, (piped) => runPiped(piped, begun.first, reading));
    }
  } finally {
    await recorder.close();
  }
}

/** A warning about a medium would come again with each turn that sends it. */
function sayingOnce(context: Context): Context {
  const said = new Set<string>();
  const { config, note } = context;
  return {
    ...context,
    config,
    note: (line) => {
      if (line.startsWith('warning: ') && said.has(line)) return;
      said.add(line);
      note(line);
    },
  };
}

/** With `--output`, the answers of all turns go to one file, which takes its name at the end. */
async function withOutputFile(state: Chat, run: (chat: Chat) => Promise<void>): Promise<void> {
  const { context, options } = state;
  if (options.output === undefined || options.output === '-') return run(state);
  const { fileOutput } = await import('../../terminal/file-output.ts');
  const { resolve } = await import('node:path');
  const file = await fileOutput(resolve(context.cwd, options.output));
  const io = { ...stdio(context), stdout: { ...file, onClosed: () => {} } };
  try {
    await run({ ...state, context: { ...context, io }, options: { ...options, output: undefined } });
    await file.publish();
  } catch (error) {
    const kept = await file.abandon();
    if (kept) context.note(`what came of the answers is in ${kept}`);
    throw error;
  }
}

function stdio({ io }: Context): Pick<Context['io'], 'stdin' | 'stderr'> {
  return { stdin: io.stdin, stderr: io.stderr };
}
