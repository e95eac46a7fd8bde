import { chooseBackend } from '../config/config.ts';
import type { Context } from '../context.ts';
import { DEFAULT_MODEL } from '../models/default-model.ts';

/** The model that was named, or the default; '' for a backend that has none, which then asks for it. */
export function askedModel({ config, env }: Pick<Context, 'config' | 'env'>): string {
  const backend = chooseBackend(config, env);
  return config.text('model') ?? (backend === 'gdc' || backend === 'openai' ? '' : DEFAULT_MODEL);
}
