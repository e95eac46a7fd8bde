import { GoogleError } from '../google-error.ts';
import type { Store } from '../store/store.ts';
import { storeBytes } from '../store/stored-bytes.ts';
import { type BatchWork, storedLines } from './batch.ts';
import { requestOf } from './developer-work.ts';

/** `gs://bucket/name` apart; undefined for what is none. */
export function objectOf(uri: string): { bucket: string; name: string } | undefined {
  const [, bucket, name] = /^gs:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
  return bucket === undefined || name === undefined ? undefined : { bucket, name };
}

export type VertexWork = {
  readonly store: Store;
  /** Objects of JSON lines. */
  readonly uris: readonly string[];
  /** The folder below which the results go, with a slash at its end. */
  readonly folder: { readonly bucket: string; readonly name: string };
};

const FILE = 'predictions.jsonl';

function folderName({ name }: VertexWork['folder'], at: Date): string {
  return `${name}prediction-model-${at.toISOString()}`;
}

/**
 * What a job of Vertex AI works on: objects of Cloud Storage; its results are one more, in a folder named for the
 * time. Whatever stood beside a request is echoed beside its answer.
 */
export function vertexWork({ store, uris, folder }: VertexWork): BatchWork {
  const output = storeBytes();
  return {
    inOrder: false,
    async *requests() {
      let any = false;
      for (const uri of uris) {
        const object = store.objects.get(uri.slice('gs://'.length));
        if (!object) throw new GoogleError(404, `There is no object ${uri}.`);
        for await (const { number, line } of storedLines(object.bytes)) {
          any = true;
          yield requestOf(line, number);
        }
      }
      if (!any) throw new GoogleError(400, 'The input has no requests.');
    },
    async keep(answered) {
      const lines = answered.map(({ extra, request, ...result }) =>
        JSON.stringify({
          ...extra,
          status: 'error' in result ? `Bad Request: ${JSON.stringify(result)}` : '',
          processed_time: new Date().toISOString(),
          request,
          response: 'response' in result ? result.response : {},
        }),
      );
      if (lines.length > 0) await (await output).append(Buffer.from(`${lines.join('\n')}\n`));
    },
    async publish() {
      const created = new Date();
      let name = folderName(folder, created);
      // Two jobs may end in the same millisecond.
      while (store.objects.has(`${folder.bucket}/${name}/${FILE}`)) {
        created.setMilliseconds(created.getMilliseconds() + 1);
        name = folderName(folder, created);
      }
      const generation = String(created.getTime() * 1000);
      const path = `${name}/${FILE}`;
      store.objects.set(`${folder.bucket}/${path}`, {
        bucket: folder.bucket,
        name: path,
        contentType: 'application/octet-stream',
        metadata: undefined,
        created,
        generation,
        bytes: await output,
      });
      return { gcsOutputDirectory: `gs://${folder.bucket}/${name}` };
    },
    discard: async () => (await output).close(),
  };
}
