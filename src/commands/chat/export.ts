import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { isByteSource } from '../../byte-source.ts';
import { InputError, UsageError } from '../../errors.ts';
import { displayName } from '../../media/display-name.ts';
import { fileOutput } from '../../terminal/file-output.ts';
import type { OutputStream } from '../../terminal/io.ts';
import { escapeJson, sanitize } from '../../terminal/sanitize.ts';
import type { Content, Part } from '../../wire/generate-content.ts';
import { type Chat, contentsOf } from './chat-state.ts';
import type { SlashHost } from './slash-commands.ts';
import { wordsOf } from './slash-line.ts';

type Form = (chat: Chat, out: OutputStream) => Promise<void>;

/** The forms a conversation can be exported in. A new one is a row here. */
const FORMS: Readonly<Record<string, Form>> = {
  md: async (chat, out) => {
    const text = markdownOf(chat);
    await out.write(out.isTTY ? sanitize(text) : text);
  },
  json: async (chat, out) => {
    const json = JSON.stringify(jsonOf(chat), null, 2);
    await out.write(`${out.isTTY ? escapeJson(json) : json}\n`);
  },
  request: async (chat, out) => {
    const { backend, model, frame, signal, options } = chat;
    const request = { contents: lastQuestion(chat), ...frame };
    const preview = backend.preview(model, request, { stream: options.stream });
    // The chunk's memory is used again for the next one, but the stream may still hold on to it.
    await preview.writeBody((chunk) => out.write(Buffer.from(chunk)), signal);
    await out.write('\n');
  },
};

/** `/export`: to a file that is not there yet, or to stdout. */
export async function exportChat(chat: Chat, rest: string, { print }: SlashHost): Promise<void> {
  const [name = '', file] = wordsOf(rest);
  const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
  if (!form)
    throw new UsageError(`/export: "${name}" is not a form`, { hint: '/export md, json or request' });
  if (chat.turns.length === 0) throw new UsageError('/export: nothing was asked yet');
  if (file === undefined) return form(chat, chat.context.io.stdout);
  const path = resolve(chat.context.cwd, file);
  if ((await stat(path).catch(() => undefined))?.isFile()) {
    throw new InputError(`/export: ${displayName(file)} is there already`, { hint: 'name another file' });
  }
  const out = await fileOutput(path);
  try {
    await form(chat, out);
    await out.publish();
  } catch (error) {
    await out.abandon();
    throw error;
  }
  await print(`exported to ${displayName(file)}\n`);
}

/** All that was sent for the last answer: it could be asked again with just this. */
function lastQuestion(chat: Chat): Content[] {
  return [...contentsOf(chat, 1), ...(chat.turns.at(-1)?.contents.slice(0, -1) ?? [])];
}

function markdownOf(chat: Chat): string {
  const system = chat.frame.systemInstruction?.parts.map(({ text = '' }) => text).join('\n');
  const blocks = [
    `# ${chat.recorder.session()?.name ?? 'Chat'}`,
    ...(system ? [`**System:** ${system}`] : []),
    ...chat.start.map((content) => said(content, chat.model)),
    ...chat.turns.flatMap(({ contents, model, incomplete }) => [
      ...contents.map((content) => said(content, model)),
      ...(incomplete === undefined ? [] : [`*(incomplete: ${incomplete})*`]),
    ]),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function said({ role, parts }: Content, model: string): string {
  const text = parts
    .map(partInMarkdown)
    .filter((each) => each !== '')
    .join('\n\n');
  return text && `**${role === 'model' ? model : 'You'}:** ${text}`;
}

function partInMarkdown(part: Part): string {
  const { text, thought, inlineData, fileData, functionCall, functionResponse } = part;
  if (thought) return '';
  if (text !== undefined) return text;
  if (inlineData) return `*[${inlineData.mimeType}${nameOf(part)}]*`;
  if (fileData) return `*[${fileData.mimeType ?? 'file'}: ${displayName(fileData.fileUri)}]*`;
  if (functionCall) return `*calls \`${functionCall.name}(${JSON.stringify(functionCall.args ?? {})})\`*`;
  if (functionResponse) {
    return `*\`${functionResponse.name}\` answers \`${JSON.stringify(functionResponse.response)}\`*`;
  }
  const { executableCode, codeExecutionResult } = part;
  if (executableCode) return `\`\`\`${executableCode.language.toLowerCase()}\n${executableCode.code}\n\`\`\``;
  return codeExecutionResult?.output ? `\`\`\`\n${codeExecutionResult.output}\n\`\`\`` : '';
}

function nameOf({ inlineData }: Part): string {
  const data = inlineData?.data;
  return isByteSource(data) ? `: ${displayName(basename(data.name))}` : '';
}

/** Media are named, not held. */
function jsonOf(chat: Chat): object {
  const named = ({ parts, ...content }: Content) => ({
    ...content,
    parts: parts.map(({ inlineData, ...part }) => {
      if (!inlineData) return part;
      const { data, ...blob } = inlineData;
      const bytes = isByteSource(data) ? data.byteLength : Buffer.byteLength(data, 'base64');
      return { ...part, inlineData: { ...blob, bytes, ...(isByteSource(data) && { name: data.name }) } };
    }),
  });
  return {
    session: chat.recorder.session()?.name,
    model: chat.model,
    settings: chat.frame,
    start: chat.start.length > 0 ? chat.start.map(named) : undefined,
    turns: chat.turns.map(({ contents, ...turn }) => ({ ...turn, contents: contents.map(named) })),
  };
}
