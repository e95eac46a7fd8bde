import type { ShowFacts } from './facts.ts';

/** The version in the URL that both SDKs use when none is named. */
export function defaultVersion(facts: ShowFacts): string {
  return facts.backend === 'vertex' ? 'v1beta1' : 'v1beta';
}

/** The model in the form from which the SDKs make the same URL. */
export function sdkModel({ backend, model, project, location }: ShowFacts): string {
  if (backend !== 'vertex') return model.replace(/^publishers\/google\//, '');
  if (!model.startsWith('endpoints/')) return model.replace(/^models\//, '');
  return `projects/${project ?? 'PROJECT_ID'}/locations/${location ?? 'global'}/${model}`;
}

/** The server, when it is not the service's own. */
export function baseUrlOf({ backend, baseUrl, url }: ShowFacts): string | undefined {
  return baseUrl ?? (backend === 'emulator' ? new URL(url).origin : undefined);
}
