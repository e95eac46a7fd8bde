import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A part of S3 in memory, which checks signatures by Amazon's description of them, and digests of what it gets. */
export type S3Server = {
  readonly port: number;
  /** By `/bucket/key`, percent-decoded. */
  readonly objects: Map<string, { readonly bytes: Buffer; readonly type: string | undefined }>;
  /** `METHOD query` of each request, with the status of its answer. */
  readonly log: string[];
  /** Answers the next requests that fit with an error. */
  fail(method: string, query: RegExp, status: number, code: string): void;
};

export const KEYS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: undefined,
  region: 'us-east-1',
};

type Parts = Map<number, Buffer>;

class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export async function s3Server(): Promise<S3Server> {
  const objects: S3Server['objects'] = new Map();
  const uploads = new Map<string, { path: string; type: string | undefined; parts: Parts }>();
  const failures: { method: string; query: RegExp; error: S3Error }[] = [];
  const log: string[] = [];

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://s3');
    request.on('error', () => {});
    handle(request, response, url).then(
      () => log.push(`${request.method} ${url.search} ${response.statusCode}`),
      (error: unknown) => {
        if (response.destroyed) return;
        const { status, code, message } =
          error instanceof S3Error ? error : new S3Error(500, 'InternalError', String(error));
        log.push(`${request.method} ${url.search} ${status}`);
        const body = `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>${message} &amp; more</Message></Error>`;
        // Without a length the answer to a HEAD would end with its connection.
        response.writeHead(status, {
          'content-type': 'application/xml',
          'content-length': Buffer.byteLength(body),
        });
        response.end(request.method === 'HEAD' ? '' : body);
      },
    );
  });

  async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const body = await readBody(request);
    checkSignature(request, url, body);
    const at = failures.findIndex(({ method, query }) => method === request.method && query.test(url.search));
    if (at !== -1) throw failures.splice(at, 1)[0]?.error;
    const path = decodeURIComponent(url.pathname);
    const query = url.searchParams;
    const type = request.headers['content-type'];
    const uploadId = query.get('uploadId');
    const upload = uploadId === null ? undefined : uploads.get(uploadId);
    if (uploadId !== null && upload?.path !== path) throw new S3Error(404, 'NoSuchUpload');
    const verb = `${request.method} ${query.has('uploads') ? 'uploads' : query.has('partNumber') ? 'part' : upload ? 'upload' : ''}`;
    switch (verb) {
      case 'HEAD ': {
        const object = objects.get(path);
        if (!object) throw new S3Error(404, 'NoSuchKey');
        response.setHeader('content-length', object.bytes.length);
        return void response.end();
      }
      case 'PUT ':
        objects.set(path, { bytes: body, type });
        return void response.setHeader('etag', etag(body)).end();
      case 'POST uploads': {
        const id = `upload ${uploads.size}/+`;
        uploads.set(id, { path, type, parts: new Map() });
        return void response.end(
          `<InitiateMultipartUploadResult xmlns="x"><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
        );
      }
      case 'PUT part':
        upload?.parts.set(Number(query.get('partNumber')), body);
        return void response.setHeader('etag', etag(body)).end();
      case 'GET upload':
        return void response.end(
          listing(upload?.parts ?? new Map(), Number(query.get('part-number-marker') ?? 0)),
        );
      case 'POST upload': {
        const parts = completed(body.toString(), upload?.parts ?? new Map());
        uploads.delete(uploadId ?? '');
        objects.set(path, { bytes: Buffer.concat(parts), type: upload?.type });
        return void response.end('<CompleteMultipartUploadResult/>');
      }
      default:
        throw new S3Error(501, 'NotImplemented', verb);
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    port: (server.address() as AddressInfo).port,
    objects,
    log,
    fail: (method, query, status, code) => failures.push({ method, query, error: new S3Error(status, code) }),
  };
}

/** Two at a time, so that there is a next page. */
function listing(parts: Parts, marker: number): string {
  const numbers = [...parts.keys()].sort((a, b) => a - b).filter((number) => number > marker);
  const page = numbers.slice(0, 2).map((number) => {
    const bytes = parts.get(number) ?? Buffer.alloc(0);
    return `<Part><PartNumber>${number}</PartNumber><ETag>${etag(bytes).replaceAll('"', '&quot;')}</ETag><Size>${bytes.length}</Size></Part>`;
  });
  const more = numbers.length > 2;
  return `<ListPartsResult>${page.join('')}<IsTruncated>${more}</IsTruncated>${more ? `<NextPartNumberMarker>${numbers[1]}</NextPartNumberMarker>` : ''}</ListPartsResult>`;
}

function completed(xml: string, parts: Parts): Buffer[] {
  const listed = [...xml.matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag>/g)];
  return listed.map(([, number, tag = ''], index) => {
    const bytes = parts.get(Number(number));
    if (!bytes || Number(number) !== index + 1) throw new S3Error(400, 'InvalidPart');
    if (tag.replaceAll('&#34;', '"') !== etag(bytes))
      throw new S3Error(400, 'InvalidPart', 'its ETag is another');
    if (index < listed.length - 1 && bytes.length < 5 * 1024 * 1024) throw new S3Error(400, 'EntityTooSmall');
    return bytes;
  });
}

function etag(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Written from "Signature Calculations for the Authorization Header" of the Amazon S3 API reference, not from the library. */
function checkSignature({ method, headers }: IncomingMessage, url: URL, body: Buffer): void {
  const [, accessKey, date = '', region = '', signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  if (accessKey !== KEYS.accessKeyId) throw new S3Error(403, 'InvalidAccessKeyId');
  const digest = String(headers['x-amz-content-sha256']);
  if (createHash('sha256').update(body).digest('hex') !== digest)
    throw new S3Error(400, 'XAmzContentSHA256Mismatch');
  const names = signed.split(';');
  const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !names.includes(name));
  if (!names.includes('host') || unsigned.length > 0)
    throw new S3Error(403, 'AccessDenied', `not signed: ${unsigned}`);
  const encode = (text: string) =>
    Array.from(Buffer.from(text), (byte) =>
      /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join('');
  const canonical = [
    method,
    decodeURIComponent(url.pathname).split('/').map(encode).join('/'),
    [...url.searchParams]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signed,
    digest,
  ].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = [
    'AWS4-HMAC-SHA256',
    headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = [date, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (derived, fact) => createHmac('sha256', derived).update(fact).digest(),
    `AWS4${KEYS.secretAccessKey}`,
  );
  if (createHmac('sha256', key).update(text).digest('hex') !== signature)
    throw new S3Error(403, 'SignatureDoesNotMatch');
}
