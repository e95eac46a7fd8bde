import { RefusedError, UnavailableError } from '../errors.ts';
import type { RequestBody } from '../http/json-body.ts';
import { createRawBody } from '../http/raw-body.ts';
import { sha256Hex } from './digest.ts';
import type { ResumableService } from './resumable.ts';
import { EMPTY_SHA256, isThere, request, type S3Object } from './s3-object.ts';
import { escapeXml, xmlElements, xmlText } from './s3-xml.ts';
import type { Store } from './service.ts';

/** Characters of a list of parts: a thousand of them are on a page. */
const LIST_BYTES = 4 * 1024 * 1024;

type SavedUpload = { readonly uploadId: string; readonly partBytes: number };
type Part = { readonly number: number; readonly etag: string; readonly size: number };

/** An upload in parts, each of which the server keeps for good. */
export function multipartUpload({
  store,
  url,
  upload,
  digests,
  partBytes,
}: S3Object): ResumableService<SavedUpload, true> {
  const { source, mimeType } = upload;
  const total = source.byteLength;
  /** The upload that was begun just now: it has no parts, and who may write need not be allowed to list them. */
  let begun: string | undefined;
  return {
    async start(signal) {
      if (await isThere(store, url, total, signal)) return { result: true };
      const headers = { 'content-type': mimeType };
      const response = await request(store, {
        method: 'POST',
        url: withQuery(url, { uploads: '' }),
        headers,
        signal,
      });
      const uploadId = xmlText(await response.text(), 'UploadId');
      if (!uploadId) throw new UnavailableError(`${url.host} did not begin an upload`, { retryable: true });
      begun = uploadId;
      return { saved: { uploadId, partBytes } };
    },
    parse(value) {
      const { uploadId, partBytes: size } = (value ?? {}) as Partial<SavedUpload>;
      // Digests were made for parts of this size.
      return typeof uploadId === 'string' && size === partBytes ? { uploadId, partBytes } : undefined;
    },
    open({ uploadId }) {
      const uploadUrl = withQuery(url, { uploadId });
      /** By number, from 1, without a gap. */
      const parts: Part[] = [];
      let known = uploadId === begun;
      const position = () => ({ offset: parts.reduce((sum, { size }) => sum + size, 0) });
      const sendPart = async (number: number, length: number, body: RequestBody, signal: AbortSignal) => {
        const response = await request(store, {
          method: 'PUT',
          url: withQuery(uploadUrl, { partNumber: String(number) }),
          body,
          payloadSha256: digests.parts[number - 1] ?? EMPTY_SHA256,
          resend: false,
          signal,
        });
        await response.text();
        const { etag } = response.headers;
        if (!etag) throw new UnavailableError(`${url.host} gave no ETag for a part`, { retryable: true });
        parts.push({ number, etag, size: length });
      };
      return {
        chunkBytes: partBytes,
        async send({ length, last }, body, signal) {
          if (length > 0) await sendPart(parts.length + 1, length, body, signal);
          if (!last) return position();
          await complete(store, uploadUrl, parts, signal);
          return { result: true };
        },
        async query(signal) {
          if (!known) {
            const listed = await listParts(store, uploadUrl, signal);
            parts.splice(0, parts.length, ...wholeParts(listed, partBytes, total));
            known = true;
          }
          return position();
        },
      };
    },
  };
}

function withQuery(url: URL, parameters: Readonly<Record<string, string>>): URL {
  const query = new URL(url);
  for (const [name, value] of Object.entries(parameters)) query.searchParams.set(name, value);
  return query;
}

/** The parts the server has, in order, up to the first one that is missing or not as we cut them. */
export function wholeParts(parts: readonly Part[], partBytes: number, total: number): Part[] {
  const byNumber = new Map(parts.map((part) => [part.number, part]));
  const whole: Part[] = [];
  for (let offset = 0; offset < total; offset += partBytes) {
    const part = byNumber.get(whole.length + 1);
    if (part?.size !== Math.min(partBytes, total - offset)) break;
    whole.push(part);
  }
  return whole;
}

async function listParts(store: Store, uploadUrl: URL, signal: AbortSignal): Promise<Part[]> {
  const parts: Part[] = [];
  for (let marker: string | undefined = '0'; marker !== undefined; ) {
    const url = withQuery(uploadUrl, marker === '0' ? {} : { 'part-number-marker': marker });
    const xml = await (await request(store, { method: 'GET', url, signal })).text(LIST_BYTES);
    for (const part of xmlElements(xml, 'Part')) {
      parts.push({
        number: Number(xmlText(part, 'PartNumber')),
        etag: xmlText(part, 'ETag') ?? '',
        size: Number(xmlText(part, 'Size')),
      });
    }
    marker = xmlText(xml, 'IsTruncated') === 'true' ? xmlText(xml, 'NextPartNumberMarker') : undefined;
  }
  return parts;
}

/** Joins the parts. The answer may be an error with a status of success, since the server begins it at once. */
async function complete(store: Store, url: URL, parts: readonly Part[], signal: AbortSignal): Promise<void> {
  const list = parts.map(
    ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  );
  const body = Buffer.from(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list.join('')}</CompleteMultipartUpload>`,
  );
  const response = await request(store, {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/xml' },
    body: createRawBody(body),
    payloadSha256: sha256Hex(body),
    signal,
  });
  const xml = await response.text();
  const code = xmlText(xml, 'Code');
  if (code === undefined || !/<Error[\s>]/.test(xml)) return;
  const message = `${url.host}: ${xmlText(xml, 'Message') ?? code} (${code})`;
  if (code === 'InternalError') throw new UnavailableError(message, { retryable: true });
  throw new RefusedError(message, { code });
}
