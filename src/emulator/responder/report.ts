import type { ReceivedPart, ReceivedRequest } from '../received-request.ts';
import { describePart, quoted } from './describe-part.ts';
import type { Inspections } from './inspect.ts';

/** What was received, in plain sentences: the emulator's whole answer to a question. */
export function report(request: ReceivedRequest, inspections: Inspections): string {
  const { contents = [], systemInstruction, tools = [] } = request;
  const parts = contents.at(-1)?.parts ?? [];
  const sentences = ['This is the gemini emulator, not a model.', received(parts, inspections)];
  if (contents.length > 1) sentences.push(history(request));
  if (systemInstruction !== undefined) {
    const list = (systemInstruction.parts ?? []).map((part) => describePart(part, inspections.get(part)));
    sentences.push(`The system instruction: ${list.join('; ')}.`);
  }
  if (tools.length > 0) sentences.push(`Tools: ${tools.flatMap(toolNames).join(', ')}.`);
  const settings = Object.entries(request.generationConfig ?? {});
  if (settings.length > 0) sentences.push(`generationConfig: ${settings.map(setting).join(', ')}.`);
  const safety = request.safetySettings ?? [];
  if (safety.length > 0) {
    sentences.push(
      `Safety: ${safety.map(({ category, threshold }) => `${category} ${threshold}`).join(', ')}.`,
    );
  }
  const labels = Object.entries(request.labels ?? {});
  if (labels.length > 0)
    sentences.push(`Labels: ${labels.map(([key, value]) => `${key}=${value}`).join(', ')}.`);
  return sentences.join(' ');
}

function received(parts: ReceivedPart[], inspections: Inspections): string {
  const list = parts.map((part, index) => `${index + 1}. ${describePart(part, inspections.get(part))}`);
  return `I received ${parts.length} part${parts.length === 1 ? '' : 's'}: ${list.join('; ')}.`;
}

function history({ contents = [] }: ReceivedRequest): string {
  const turns = contents.slice(0, -1);
  const shown = turns.slice(-SHOWN_TURNS).map(({ role = 'user', parts = [] }) => {
    const text = parts.map((part) => part.text ?? '').join('');
    return `${role.toLowerCase()} ${text === '' ? `(${parts.length} parts)` : quoted(text, 60)}`;
  });
  const last = turns.length > SHOWN_TURNS ? `, the last ${SHOWN_TURNS} of them` : '';
  return `Before it came ${turns.length} turn${turns.length === 1 ? '' : 's'}${last}: ${shown.join('; ')}.`;
}

const SHOWN_TURNS = 6;

function toolNames(tool: Record<string, unknown>): string[] {
  return Object.entries(tool).map(([name, value]) => {
    if (name !== 'functionDeclarations' || !Array.isArray(value)) return name;
    return `${name} (${value.map((declaration: { name?: string }) => declaration.name).join(', ')})`;
  });
}

/** Schemas are named only: they are long. */
function setting([name, value]: [string, unknown]): string {
  if (/schema$/i.test(name)) return name;
  return `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
