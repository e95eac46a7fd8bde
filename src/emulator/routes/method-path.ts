import type { Service } from '../messages/field.ts';

const DEVELOPER = 'v1(?:beta|alpha)?/(?:models|tunedModels)/(?<model>[^/:]+)';
const VERTEX = 'v1(?:beta1)?/(?:projects/[^/]+/locations/[^/]+/)?publishers/google/models/(?<model>[^/:]+)';
const ENDPOINT = 'v1(?:beta1)?/projects/[^/]+/locations/[^/]+/endpoints/(?<model>[^/:]+)';

/** The paths of a method on a model: the Developer API's, Vertex AI's with and without a project, a tuned endpoint's. */
export function methodPaths(methods: string): readonly { path: RegExp; service: Service }[] {
  return [
    { path: new RegExp(`^/${DEVELOPER}:(?:${methods})$`), service: 'developer' },
    { path: new RegExp(`^/${VERTEX}:(?:${methods})$`), service: 'vertex' },
    { path: new RegExp(`^/${ENDPOINT}:(?:${methods})$`), service: 'vertex' },
  ];
}
