import type { Backend } from '../backends/backend.ts';
import { isByteSource, readWhole } from '../byte-source.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { type ShowForm, showRequest } from '../show/show-request.ts';
import type { Content, GenerateContentRequest, Part } from '../wire/generate-content.ts';

/**
 * Prints a program that sends the same request: media are read from their files when it runs, secrets come from the
 * environment.
 */
export async function printProgram(
  { io, env, config }: Context,
  backend: Backend,
  sent: { model: string; request: GenerateContentRequest; stream: boolean; form: ShowForm },
): Promise<void> {
  if (backend.limits.language) {
    throw new UsageError(
      `--show prints programs for generateContent, and -b ${backend.name} speaks another language`,
      {
        hint: '--dry-run=http shows the request; --save-request FILE keeps its body, for curl -d @FILE',
      },
    );
  }
  const { form, ...what } = sent;
  const { method, url } = backend.preview(sent.model, sent.request, sent);
  const program = showRequest(form, {
    ...what,
    ...backend.address,
    // An emulator asks for no credential, whoever it stands in for.
    backend: env.GEMINI_EMULATOR_HOST ? 'emulator' : (backend.name as 'developer' | 'vertex' | 'emulator'),
    method,
    url,
    request: await withBytesOfNoFile(sent.request),
    quotaProject: config.text('quotaProject'),
  });
  await io.stdout.write(program.endsWith('\n') ? program : `${program}\n`);
}

/** What came from no file, such as a data: URL, can only stand in the program itself. */
async function withBytesOfNoFile(request: GenerateContentRequest): Promise<GenerateContentRequest> {
  const part = async (from: Part): Promise<Part> => {
    const data = from.inlineData?.data;
    if (!from.inlineData || !isByteSource(data) || data.path !== undefined) return from;
    const base64 = (await readWhole(data)).toString('base64');
    return { ...from, inlineData: { ...from.inlineData, data: base64 } };
  };
  const content = async (from: Content): Promise<Content> => ({
    ...from,
    parts: await Promise.all(from.parts.map(part)),
  });
  return { ...request, contents: await Promise.all(request.contents.map(content)) };
}
