import { UsageError } from '../errors.ts';

/** What a model's name may hold, since it becomes a part of the URL. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]*(\/[A-Za-z0-9][A-Za-z0-9._@-]*)*$/;

/** @throws UsageError for a name that would change the URL it stands in */
export function checkModelName(model: string): string {
  if (!NAME.test(model) || model.includes('..')) throw new UsageError(`"${model}" is not a model name`);
  return model;
}

/** The resource name the Developer API wants: `models/M`, or `tunedModels/M` as given. */
export function developerModel(model: string): string {
  const name = checkModelName(model).replace(/^publishers\/google\//, '');
  return name.includes('/') ? name : `models/${name}`;
}

/**
 * The resource name Vertex AI wants below its location: `publishers/google/models/M`, `publishers/meta/models/llama`
 * for `meta/llama`, `endpoints/ID` as given; a full `projects/...` name stays whole.
 */
export function vertexModel(model: string): string {
  const name = checkModelName(model);
  if (/^(projects|publishers|endpoints)\//.test(name)) return name;
  const segments = name.replace(/^models\//, '').split('/');
  const [publisher, id] = segments.length === 2 ? segments : ['google', segments.join('/')];
  return `publishers/${publisher}/models/${id}`;
}
