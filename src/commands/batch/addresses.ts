import type { BatchService } from '../../backends/batches/batch-service.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import type { SubmitOptions } from './submit-options.ts';

/**
 * Where requests and media go: Vertex AI reads Cloud Storage, and the Developer API its own files.
 * @throws UsageError when no place is named that the service reads
 */
export function uploaderFor(context: Context, { name }: BatchService, { inputUri }: SubmitOptions) {
  if (name === 'developer') return context.uploader(['https:']);
  if (inputUri === undefined && !context.config.text('uploadTo')) {
    throw new UsageError('a batch of Vertex AI reads its requests and media from Cloud Storage', {
      hint: 'name a bucket to put them in: --upload-to gs://BUCKET/FOLDER',
    });
  }
  return context.uploader(['gs:']);
}

/** @throws UsageError for addresses that the service does not read or write */
export function checkAddresses({ name }: BatchService, { inputUri, outputUri }: SubmitOptions): void {
  if (name === 'developer') {
    if (outputUri !== undefined) {
      throw new UsageError('--output-uri: the Developer API keeps the results itself', {
        hint: 'leave it out; gemini batch results fetches them',
      });
    }
    if (inputUri === undefined || inputUri.startsWith('files/')) return;
    throw new UsageError(`--input-uri: the Developer API does not read ${inputUri}`, {
      hint: 'name an uploaded file: files/ID, or use -b vertex',
    });
  }
  if (inputUri?.startsWith('files/')) throw new UsageError('--input-uri: Vertex AI does not read files/ID');
  if (inputUri?.startsWith('bq://') && outputUri === undefined) {
    throw new UsageError('--input-uri bq://… needs a place for the results', {
      hint: '--output-uri bq://PROJECT.DATASET.TABLE or gs://BUCKET/FOLDER',
    });
  }
}

/** A folder of its own for each job. Undefined where the service keeps the results itself. */
export function outputOf(
  { context, service, options }: { context: Context; service: BatchService; options: SubmitOptions },
  { id, part, of }: { id: string; part: number; of: number },
): string | undefined {
  if (service.name === 'developer') return undefined;
  const { outputUri, inputUri } = options;
  if (outputUri?.startsWith('bq://')) return outputUri;
  const bucket = context.config.text('uploadTo') ?? inputUri?.replace(/\/[^/]*$/, '') ?? '';
  const folder = (outputUri ?? `${bucket.replace(/\/+$/, '')}/gemini-batch-${id}`).replace(/\/+$/, '');
  return of > 1 ? `${folder}/${part + 1}of${of}` : folder;
}
