import { UsageError } from '../../errors.ts';
import { checkParameters } from '../../models/check-parameters.ts';
import { checkModelName } from '../../models/model-name.ts';
import { readTextFile } from '../../prompt/input.ts';
import { setPath } from '../../prompt/set-path.ts';
import type { Frame } from '../../sessions/session-records.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { displayCommand, parseToolBindings } from '../../tools/tool-bindings.ts';
import { checkDeclared } from '../tool-calls.ts';
import type { Chat } from './chat-state.ts';
import type { SlashHost } from './slash-commands.ts';

/** `/system` */
export async function system(chat: Chat, rest: string, { print }: SlashHost): Promise<void> {
  if (rest === '') {
    const text = chat.frame.systemInstruction?.parts.map((part) => part.text ?? '').join('\n');
    return print(`${text ? sanitize(text) : 'no system instruction'}\n`);
  }
  const { systemInstruction: _before, ...others } = chat.frame;
  if (rest === 'none') {
    chat.frame = others;
    return print('no system instruction from here on\n');
  }
  const text = rest.startsWith('@') ? await readTextFile(rest.slice(1), chat.context.cwd) : rest;
  chat.frame = { ...others, systemInstruction: { parts: [{ text }] } };
  return print('set, from the next message on\n');
}

/** `/model` */
export async function model(chat: Chat, rest: string, { print }: SlashHost): Promise<void> {
  if (rest !== '') {
    const name = checkModelName(rest);
    warn(chat, chat.frame, name);
    chat.model = name;
  }
  await print(`${sanitize(chat.model)}\n`);
}

/** `/set` */
export async function set(chat: Chat, rest: string, { print }: SlashHost): Promise<void> {
  if (rest === '') return print(`${sanitize(JSON.stringify(chat.frame, null, 2))}\n`);
  const { contents, ...frame } = setPath({ ...chat.frame, contents: [] as unknown[] }, rest);
  if (contents.length > 0)
    throw new UsageError('/set: what was said stays as it was said; /undo takes it back');
  warn(chat, frame, chat.model);
  chat.frame = frame;
}

/** @throws UsageError for what the model is known to refuse */
function warn({ context }: Chat, { generationConfig }: Frame, name: string): void {
  if (!generationConfig) return;
  const { errors, warnings } = checkParameters(name, generationConfig);
  const [first, ...details] = errors;
  if (first) throw new UsageError(first, { details });
  for (const line of warnings) context.note(`warning: ${line}`);
}

/** `/tools`: shows them; `@FILE` declares functions, `NAME=COMMAND` has a command answer one. */
export async function tools(chat: Chat, rest: string, { print }: SlashHost): Promise<void> {
  if (rest.startsWith('@')) await declareFunctions(chat, rest.slice(1));
  else if (rest !== '') bindCommand(chat, rest);
  const { frame, options } = chat;
  const commands = new Map(
    parseToolBindings(options.tool).map(({ name, argv }) => [name, displayCommand(argv)]),
  );
  const given = new Set(options.toolResponse.map((each) => each.slice(0, each.indexOf('=')).trim()));
  const lines = (frame.tools ?? []).flatMap(({ functionDeclarations = [], ...services }) => [
    ...functionDeclarations.map(({ name }) => {
      const answer = commands.get(name) ?? (given.has(name) ? 'a given response' : 'nothing');
      return `${name}: answered by ${answer}`;
    }),
    ...Object.keys(services).map((service) => `${service}: at the service`),
  ]);
  await print(
    `${lines.map(sanitize).join('\n') || 'no tools: /tools @FILE declares functions, /tools NAME=COMMAND binds one'}\n`,
  );
}

/** A function that is declared again is another one now. */
async function declareFunctions(chat: Chat, file: string): Promise<void> {
  const { parseTools } = await import('../../prompt/tools-file.ts');
  const added = parseTools(await readTextFile(file, chat.context.cwd), file);
  const names = new Set(added.flatMap((tool) => tool.functionDeclarations ?? []).map(({ name }) => name));
  const others = (chat.frame.tools ?? []).flatMap(({ functionDeclarations = [], ...services }) => {
    const left = functionDeclarations.filter(({ name }) => !names.has(name));
    const tool = { ...services, ...(left.length > 0 && { functionDeclarations: left }) };
    return Object.keys(tool).length > 0 ? [tool] : [];
  });
  chat.frame = { ...chat.frame, tools: [...others, ...added] };
}

function bindCommand(chat: Chat, binding: string): void {
  if (!chat.interactive) {
    throw new UsageError('/tools NAME=COMMAND needs somebody at a terminal', {
      hint: 'name the command on the command line, with --tool',
    });
  }
  const [{ name } = { name: '' }] = parseToolBindings([binding]);
  checkDeclared([name], { ...chat.frame, contents: [] });
  const others = chat.options.tool.filter((each) => each.slice(0, each.indexOf('=')).trim() !== name);
  chat.options = { ...chat.options, tool: [...others, binding] };
}
