import type { Violation } from '../messages/reader.ts';
import type { ReceivedRequest } from '../received-request.ts';

/** Each safety setting names a category and a threshold; Model Armor excludes them. */
export function* safetySettingsWellFormed(request: ReceivedRequest): Iterable<Violation> {
  const { safetySettings = [], modelArmorConfig } = request;
  for (const [index, { category, threshold }] of safetySettings.entries()) {
    const field = `safety_settings[${index}]`;
    if (category === undefined || category === 'HARM_CATEGORY_UNSPECIFIED') {
      yield { field: `${field}.category`, description: 'category must be set.' };
    }
    if (threshold === undefined) yield { field: `${field}.threshold`, description: 'threshold must be set.' };
  }
  if (safetySettings.length > 0 && modelArmorConfig !== undefined) {
    const description = 'safety_settings must not be set together with model_armor_config.';
    yield { field: 'safety_settings', description };
  }
}

/** Labels are as Google Cloud's are: at most 63 characters, lower case, digits, dashes and underscores. */
export function* labelsWellFormed({ labels = {} }: ReceivedRequest): Iterable<Violation> {
  for (const [key, value] of Object.entries(labels)) {
    if (
      /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key) &&
      /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value)
    ) {
      continue;
    }
    yield { field: 'labels', description: `Invalid label ${JSON.stringify(key)}: ${JSON.stringify(value)}` };
  }
}
