import type { Context } from '../context.ts';
import type { DeliveryRules } from '../media/delivery.ts';
import { displayName } from '../media/display-name.ts';
import { formatBytes } from '../media/format-bytes.ts';
import type { Medium } from '../media/medium.ts';
import { toPart } from '../media/part.ts';
import { mediumOf } from '../media/part-medium.ts';
import type { GenerateContentRequest, Part } from '../wire/generate-content.ts';
import { plannedDelivery } from './planned-delivery.ts';

/**
 * The request as it would be sent after its uploads, for what is shown and not sent: `upload:NAME` stands for the URI
 * that a file would have, which a note says.
 * @throws InputError when it is too much and there is nowhere to upload to
 */
export async function previewUploads(
  { note }: Pick<Context, 'note'>,
  request: GenerateContentRequest,
  rules: DeliveryRules,
): Promise<GenerateContentRequest> {
  const media = new Map<Part, Medium>();
  for (const part of request.contents.flatMap(({ parts }) => parts)) {
    const medium = mediumOf(part, `part ${media.size + 1}`);
    if (medium) media.set(part, medium);
  }
  const { deliveries, problem } = await plannedDelivery([...media.values()], rules);
  if (problem) throw problem;
  const uploaded = new Map<Part, Part>();
  for (const [index, [part, medium]] of [...media].entries()) {
    if (deliveries[index] !== 'upload' || !('bytes' in medium.content)) continue;
    const uri = `upload:${medium.name}`;
    uploaded.set(part, toPart({ ...medium, content: { uri } }));
    const size = formatBytes(medium.content.bytes.byteLength);
    note(
      `${displayName(medium.name)} (${size}) would be uploaded first; its URI would stand in place of ${displayName(uri)}`,
    );
  }
  if (uploaded.size === 0) return request;
  return {
    ...request,
    contents: request.contents.map((content) => ({
      ...content,
      parts: content.parts.map((part) => uploaded.get(part) ?? part),
    })),
  };
}
