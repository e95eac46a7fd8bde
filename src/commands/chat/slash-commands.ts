import type { Chat } from './chat-state.ts';
import type { Message } from './take-turn.ts';

/** What a command may do besides changing the conversation. */
export type SlashHost = {
  /** Takes a turn. @returns false when the chat is over after it */
  send(message: Message, again?: boolean): Promise<boolean>;
  /** Shows lines to the person. */
  print(text: string): Promise<void>;
  /** Lets the person write in an editor of their own; undefined where nobody is. */
  readonly edit?: (text: string) => Promise<string>;
};

/** One command: what stands after its name, what it does, and how. `run` resolves to false to leave the chat. */
export type SlashCommand = {
  readonly args: string;
  readonly help: string;
  run(chat: Chat, rest: string, host: SlashHost): Promise<unknown>;
};

/** Every command of a chat, in the order of /help. A new one is a row. Each loads what it runs. */
export const SLASH_COMMANDS: Readonly<Record<string, SlashCommand>> = {
  attach: {
    args: 'SOURCE... [-- TEXT]',
    help: 'media for the next message, as with -a',
    run: async (...given) => (await import('./slash-message.ts')).attach(...given),
  },
  detach: {
    args: '[NAME]',
    help: 'leave out what is attached: one, or all',
    run: async (...given) => (await import('./slash-message.ts')).detach(...given),
  },
  edit: {
    args: '[TEXT]',
    help: 'write the next message in $VISUAL or $EDITOR',
    run: async (...given) => (await import('./slash-message.ts')).edit(...given),
  },
  retry: {
    args: '',
    help: 'ask the last message again',
    run: async (...given) => (await import('./slash-message.ts')).retry(...given),
  },
  undo: {
    args: '',
    help: 'take the last turn back',
    run: async (...given) => (await import('./slash-message.ts')).undo(...given),
  },
  system: {
    args: '[TEXT|@FILE|none]',
    help: 'show or set the system instruction',
    run: async (...given) => (await import('./slash-settings.ts')).system(...given),
  },
  model: {
    args: '[NAME]',
    help: 'show the model, or take another',
    run: async (...given) => (await import('./slash-settings.ts')).model(...given),
  },
  set: {
    args: '[PATH=JSON]',
    help: 'set a field of the request; alone: show them',
    run: async (...given) => (await import('./slash-settings.ts')).set(...given),
  },
  tools: {
    args: '[@FILE|NAME=CMD]',
    help: 'functions: show, declare, or bind to a command',
    run: async (...given) => (await import('./slash-settings.ts')).tools(...given),
  },
  tokens: {
    args: '',
    help: 'tokens of the last turn and of all, by modality',
    run: async (...given) => (await import('./slash-show.ts')).tokens(...given),
  },
  plan: {
    args: '[TEXT]',
    help: 'what the next message would send',
    run: async (chat, rest) => (await import('./slash-show.ts')).plan(chat, rest),
  },
  copy: {
    args: '',
    help: 'the last answer to the clipboard',
    run: async (...given) => (await import('./slash-show.ts')).copy(...given),
  },
  export: {
    args: 'FORM [FILE]',
    help: 'md, json, or request: the last one, for --request',
    run: async (...given) => (await import('./export.ts')).exportChat(...given),
  },
  save: {
    args: 'NAME',
    help: 'keep all of it as a session of this name',
    run: async (...given) => (await import('./slash-sessions.ts')).save(...given),
  },
  load: {
    args: 'NAME',
    help: 'go on with another session',
    run: async (...given) => (await import('./slash-sessions.ts')).load(...given),
  },
  sessions: {
    args: '[all]',
    help: 'the sessions used last, or all',
    run: async (...given) => (await import('./slash-sessions.ts')).sessions(...given),
  },
  help: {
    args: '',
    help: 'this list',
    run: async (_chat, _rest, { print }) => print(helpText()),
  },
  exit: { args: '', help: 'leave, as Ctrl-D does', run: async () => false },
};

function helpText(): string {
  const rows = Object.entries(SLASH_COMMANDS).map(([name, { args, help }]) => ({
    typed: `/${name} ${args}`.trim(),
    help,
  }));
  const width = Math.max(...rows.map(({ typed }) => typed.length));
  const lines = rows.map(({ typed, help }) => `  ${typed.padEnd(width)}  ${help}`);
  return `${[...lines, '', ...KEYS].join('\n')}\n`;
}

const KEYS = [
  'Tab completes commands, paths and names; arrow up brings back what was typed.',
  'Ctrl-A, E, K, U, W, Y and Alt-B, F, D edit as in a shell; Alt-Enter adds a line.',
  'Several lines: between lines of """, or with a backslash at the end of a line.',
  'A message that begins with "/" is typed with "//".',
  'Ctrl-C stops an answer or a command; at an empty prompt it leaves, as Ctrl-D.',
];
