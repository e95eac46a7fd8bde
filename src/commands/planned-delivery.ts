import { GeminiError } from '../errors.ts';
import type { Delivery, DeliveryRules } from '../media/delivery.ts';
import type { Medium } from '../media/medium.ts';

/**
 * How the media of a prompt would travel; where they cannot, as if they fitted, and why they do not. Nothing is uploaded.
 */
export async function plannedDelivery(
  media: readonly Medium[],
  rules: DeliveryRules,
): Promise<{ deliveries: readonly Delivery[]; problem?: GeminiError }> {
  const asTheyAre = media.map(({ content }): Delivery => ('uri' in content ? 'uri' : 'inline'));
  // Far from the limit nothing needs to be weighed: base64 is a third longer.
  const bytes = media.reduce(
    (sum, { content }) => sum + ('bytes' in content ? content.bytes.byteLength : 0),
    0,
  );
  if (rules.upload !== 'always' && bytes * 1.4 < rules.limits.requestBytes / 2)
    return { deliveries: asTheyAre };
  const { planDelivery } = await import('../media/delivery.ts');
  try {
    return { deliveries: planDelivery(media, rules) };
  } catch (problem) {
    if (!(problem instanceof GeminiError)) throw problem;
    return { deliveries: asTheyAre, problem };
  }
}
