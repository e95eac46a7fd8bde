import type { BackendLimits } from '../../backends/backend.ts';
import type { Context } from '../../context.ts';
import { InputError } from '../../errors.ts';
import type { GenerateContentRequest } from '../../wire/generate-content.ts';
import { composeRequest } from '../compose-request.ts';
import type { DescribingOptions } from '../describing.ts';
import type { MediaDelivery } from './deliver-media.ts';
import { keyOf } from './item-lines.ts';
import { linesOf } from './ready-lines.ts';
import type { RequestLine } from './write-requests.ts';

/** Characters of a prompt that its record is named by. */
const NAME_CHARACTERS = 80;

/**
 * A request for each line of text, which comes after whatever else the prompt says. Empty lines are passed over.
 * @param file '-' is stdin
 */
export async function* promptLines(
  context: Context,
  file: string,
  using: {
    options: DescribingOptions;
    model: string;
    limits: BackendLimits;
    delivery: MediaDelivery;
    onSchema(schema: Record<string, unknown> | undefined): void;
  },
): AsyncGenerator<RequestLine> {
  const { options, model, limits, delivery } = using;
  const own = { ...options, stdin: false, mayBeEmpty: true };
  const { request, schema } = await composeRequest(context, own, model, async () => limits);
  using.onSchema(schema);
  const base = await delivery.deliver(request);
  const identity = JSON.stringify([model, base]);
  let index = 0;
  for await (const text of linesOf(context, file)) {
    if (text.trim() === '') continue;
    const sources = [text.length > NAME_CHARACTERS ? `${text.slice(0, NAME_CHARACTERS)}…` : text];
    const key = keyOf(index, sources);
    index += 1;
    yield {
      key,
      sources,
      line: JSON.stringify({ key, request: withText(base, text) }),
      identity: `${identity} ${text}`,
    };
  }
  if (index === 0) throw new InputError(`${file === '-' ? 'stdin' : file} holds no prompts`);
}

function withText(base: GenerateContentRequest, text: string): GenerateContentRequest {
  const last = base.contents.at(-1);
  if (!last || last.role === 'model') {
    return { ...base, contents: [...base.contents, { role: 'user', parts: [{ text }] }] };
  }
  return {
    ...base,
    contents: [...base.contents.slice(0, -1), { ...last, parts: [...last.parts, { text }] }],
  };
}
