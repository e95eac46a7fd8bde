import { readFileSync } from 'node:fs';
import type { GenerateContentResponse } from '../../src/wire/generate-content.ts';

/** A request of one user turn. */
export function prompt(...parts: Record<string, unknown>[]) {
  return { contents: [{ role: 'user', parts }] };
}

export function inlineFile(path: string, mimeType: string) {
  return { inlineData: { mimeType, data: readFileSync(path, 'base64') } };
}

/** POSTs a body: text as it is, anything else as JSON. */
export async function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** What generateContent answers, which must be a success. */
export async function generate(
  base: string,
  request: unknown,
  model = 'v1beta/models/gemini-3.8-flash',
): Promise<GenerateContentResponse> {
  const { status, text } = await post(`${base}/${model}:generateContent`, request);
  if (status !== 200) throw new Error(text);
  return JSON.parse(text);
}

/** The chunks of an event stream, framed as the service does: `data: {json}` and an empty line, CRLF. */
export async function stream(base: string, request: unknown, model = 'v1beta/models/gemini-3.8-flash') {
  const { status, text } = await post(`${base}/${model}:streamGenerateContent?alt=sse`, request);
  if (status !== 200) throw new Error(text);
  if (!text.endsWith('\r\n\r\n'))
    throw new Error(`no empty line at the end: ${JSON.stringify(text.slice(-40))}`);
  const events = text.split('\r\n\r\n').slice(0, -1);
  return events.map((event): GenerateContentResponse => JSON.parse(event.replace(/^data: /, '')));
}

/** The text of a response's first candidate, thoughts left out. */
export function textOf(response: GenerateContentResponse): string {
  const parts = response.candidates?.[0]?.content?.parts ?? [];
  return parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join('');
}

/** The fields that a refusal names. */
export function violatedFields(text: string): (string | undefined)[] {
  const body = JSON.parse(text);
  const { error } = Array.isArray(body) ? body[0] : body;
  const bad = error.details?.find((detail: { '@type': string }) =>
    detail['@type'].endsWith('google.rpc.BadRequest'),
  );
  return (bad?.fieldViolations ?? []).map(({ field }: { field?: string }) => field);
}
