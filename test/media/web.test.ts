import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { BackendLimits } from '../../src/backends/backend.ts';
import { type GeminiError, InputError, InterruptedError, UnavailableError } from '../../src/errors.ts';
import type { HttpClient, HttpResponse } from '../../src/http/client.ts';
import { publicLookup } from '../../src/media/public-address.ts';
import { locateMedia } from '../../src/media/resolve.ts';
import type { WebOptions } from '../../src/media/web.ts';
import type { SourcePart } from '../../src/prompt/parts.ts';
import { clientFor, listen, requestTo, serveHttp } from '../http/servers.ts';

const photo = readFileSync(new URL('../../examples/coffee.jpg', import.meta.url));
const tls = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
const limits: BackendLimits = {
  requestBytes: 100_000_000,
  uriSchemes: ['gs:', 'https:'],
  mimeNames: 'vertex',
};

type Overrides = Partial<WebOptions> & { signal?: AbortSignal; urlMode?: 'fetch' | 'pass' };

const notes: string[] = [];
async function locate(source: string | SourcePart, { signal, urlMode, ...web }: Overrides = {}) {
  notes.length = 0;
  const [medium] = await locateMedia([typeof source === 'string' ? { source } : source], {
    cwd: '/',
    limits,
    signal: signal ?? new AbortController().signal,
    onNote: (line) => notes.push(line),
    ...(urlMode && { urlMode }),
    web: {
      allowPrivate: true,
      maxBytes: 1_000_000,
      retry: { retries: 0 },
      client: async (lookup) => clientFor({ lookup, ca: [tls('ca.pem')] }),
      ...web,
    },
  });
  if (!medium || 'text' in medium) return expect.fail('no medium');
  return medium;
}

async function bytesOf(medium: Awaited<ReturnType<typeof locate>>): Promise<Buffer> {
  if (!('bytes' in medium.content)) return expect.fail('no bytes');
  const reader = await medium.content.bytes.open();
  const buffer = Buffer.alloc(medium.content.bytes.byteLength + 1);
  return buffer.subarray(0, await reader.read(buffer));
}

const failure = (promise: Promise<unknown>): Promise<GeminiError> =>
  promise.then(
    () => expect.fail('no error'),
    (error) => error,
  );

/** A server of such pages; each is asked by its path. */
async function serve(pages: Record<string, RequestListener>) {
  const url = await serveHttp((request, response) => {
    const page = pages[(request.url ?? '').replace(/\?.*/, '')];
    if (page) page(request, response);
    else response.writeHead(404).end();
  });
  return (path: string) => new URL(path, url).href;
}
const sending =
  (body: Buffer | string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(200, headers).end(body);
const leadingTo =
  (location: string, status = 302): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { location }).end('moved');

describe('a medium from the web', () => {
  it.each([
    ['said to be one', '/a', { 'content-type': 'image/jpeg' }, 0],
    ['of no stated type', '/a', {}, 0],
    ['of bytes', '/a.jpg', { 'content-type': 'application/octet-stream' }, 0],
    ['said to be another', '/a', { 'content-type': 'image/png' }, 1],
    ['named like another', '/a.png', { 'content-type': 'text/plain; charset=utf-8' }, 1],
  ])('is what its bytes are: %s', async (_label, path, headers, count) => {
    const at = await serve({ [path]: sending(photo, headers) });
    const medium = await locate({ source: at(`${path}?sig=SECRET#resolution=low`), kind: 'image' });
    expect(medium).toMatchObject({
      name: at(path),
      kind: 'image',
      mimeType: 'image/jpeg',
      options: { resolution: 'low' },
    });
    expect((await bytesOf(medium)).equals(photo)).toBe(true);
    expect(notes).toHaveLength(count);
    expect(notes.join()).not.toContain('SECRET');
  });

  it('is asked for without any credential, compression, cookie or referrer', async () => {
    let seen: IncomingHttpHeaders = {};
    const at = await serve({
      '/a': (_request, response) => response.writeHead(302, { location: '/b', 'set-cookie': 'a=b' }).end(),
      '/b': (request, response) => {
        seen = request.headers;
        response.end(photo);
      },
    });
    await locate(at('/a'));
    expect(Object.keys(seen).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
    expect(seen['accept-encoding']).toBe('identity');
  });

  it('sent compressed all the same is unpacked', async () => {
    const at = await serve({ '/a': sending(gzipSync(photo), { 'content-encoding': 'gzip' }) });
    expect((await bytesOf(await locate(at('/a')))).equals(photo)).toBe(true);
  });

  it('of a type that the person names is not looked into', async () => {
    const at = await serve({ '/a': sending('<html>') });
    expect((await locate(at('/a#mime=text/html'))).mimeType).toBe('text/plain');
  });
});

describe('redirects', () => {
  it('are followed three times, relative ones too', async () => {
    const at = await serve({
      '/1': leadingTo('/2'),
      '/2': leadingTo('3', 307),
      '/3': leadingTo('/4', 308),
      '/4': sending(photo),
      '/0': leadingTo('/1'),
    });
    expect((await locate(at('/1'))).mimeType).toBe('image/jpeg');
    expect((await failure(locate(at('/0')))).message).toMatch(/3 times/);
  });

  it('never lead from https to http, nor anywhere else', async () => {
    const at = await serve({ '/a': sending(photo) });
    const key = { key: tls('good.key'), cert: tls('good.pem') };
    let target = at('/a');
    const secure = await listen(
      createHttpsServer(key, (_request, response) => response.writeHead(302, { location: target }).end()),
      'https',
    );
    for (target of [at('/a'), 'file:///etc/passwd', 'ftp://example.com/a', 'https://u:SECRET@127.0.0.1/']) {
      const error = await failure(locate(secure.href));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).not.toContain('SECRET');
    }
  });

  it('to an address that is not public are refused like the address itself', async () => {
    const asked: string[] = [];
    const discarded = () => {};
    const client = {
      async send({ url }: { url: URL }): Promise<HttpResponse> {
        asked.push(url.href);
        const headers = { location: 'http://169.254.169.254/latest/meta-data/' };
        return { status: 302, headers, body: [] as never, text: async () => '', discard: discarded };
      },
      close() {},
    } as HttpClient;
    const error = await failure(
      locate('http://8.8.8.8/a', { allowPrivate: false, client: async () => client }),
    );
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain('169.254.169.254');
    expect(asked).toEqual(['http://8.8.8.8/a']);
  });
});

describe('what is not public', () => {
  it.each(['127.0.0.1', '[::1]', 'localhost', '2130706433', '[::ffff:127.0.0.1]'])(
    '%s is not asked, unless allowed',
    async (host) => {
      let asked = 0;
      const url = await serveHttp((_request, response) => {
        asked++;
        response.end(photo);
      });
      const address = `http://${host}:${url.port}/a.jpg`;
      const error = await failure(locate(address, { allowPrivate: false }));
      expect(error).toBeInstanceOf(InputError);
      expect(error.hint).toContain('--allow-private-urls');
      expect(asked).toBe(0);
    },
  );

  it('cannot hide behind a name that changes its address between check and connection', async () => {
    let connections = 0;
    const url = await serveHttp((_request, response) => response.end(photo));
    const local = [{ address: '127.0.0.1', family: 4 }];
    const resolver = ((_name: string, _how: object, done: (error: null, all: typeof local) => void) =>
      done(null, local)) as never;
    const through = new URL(`http://rebinding.example:${url.port}/a.jpg`);
    const direct = clientFor({
      lookup: (_name, { all }, done) => {
        connections++;
        done(null, all ? local : '127.0.0.1', 4);
      },
    });
    // The look-up decides where a connection goes ...
    expect((await direct.send(requestTo(through))).status).toBe(200);
    expect(connections).toBe(1);
    // ... so that one which checks cannot be got round.
    const error = await failure(clientFor({ lookup: publicLookup(resolver) }).send(requestTo(through)));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/rebinding\.example.*127\.0\.0\.1/);
  });
});

describe('limits', () => {
  const large = Buffer.concat([photo, Buffer.alloc(1_000_000)]);

  it('more bytes than allowed are refused at once, or when they come', async () => {
    let closed = false;
    const at = await serve({
      '/said': sending(large, { 'content-length': String(large.length) }),
      '/unsaid': (request, response) => {
        request.socket.on('close', () => {
          closed = true;
        });
        const more = () => {
          while (!closed && response.write(photo));
        };
        response.on('drain', more);
        more();
      },
      '/bomb': sending(gzipSync(Buffer.concat([photo, Buffer.alloc(30_000_000)])), {
        'content-encoding': 'gzip',
      }),
    });
    for (const path of ['/said', '/unsaid', '/bomb']) {
      const error = await failure(locate(at(path)));
      expect(error).toBeInstanceOf(InputError);
      expect(error.hint).toContain('--max-fetch-size');
    }
    await expect.poll(() => closed).toBe(true);
    const allowed = await locate(at('/said'), { maxBytes: large.length });
    expect((await bytesOf(allowed)).equals(large)).toBe(true);
    expect(await failure(locate(at('/said'), { maxBytes: large.length - 1 }))).toBeInstanceOf(InputError);
  });

  it('a server that takes for ever is left', async () => {
    const at = await serve({
      '/a': (_request, response) => {
        response.write(photo.subarray(0, 100));
        const timer = setInterval(() => response.write('x'), 5);
        response.on('close', () => clearInterval(timer));
      },
    });
    const error = await failure(locate(at('/a'), { timeoutMs: 100, retry: { retries: 3 } }));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toContain('0.1 s');
  });

  it('an interrupted run ends with its own reason', async () => {
    const stop = new AbortController();
    const at = await serve({
      '/a': (_request, response: ServerResponse) => {
        response.write(photo.subarray(0, 100));
        stop.abort(new InterruptedError('SIGINT'));
      },
    });
    expect(await failure(locate(at('/a'), { signal: stop.signal }))).toBeInstanceOf(InterruptedError);
  });
});

describe('what cannot be had', () => {
  it.each<[number, typeof InputError | typeof UnavailableError]>([
    [204, InputError],
    [401, InputError],
    [403, InputError],
    [404, InputError],
    [410, InputError],
    [429, UnavailableError],
    [503, UnavailableError],
  ])('%i', async (status, type) => {
    const at = await serve({ '/a': (_request, response) => response.writeHead(status).end() });
    const error = await failure(locate(at('/a?key=SECRET')));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toContain(at('/a'));
    expect(error.message).toContain(String(status));
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain('SECRET');
  });

  it('for a while is tried again, also when it broke in the middle', async () => {
    let tries = 0;
    const at = await serve({
      '/a': (request, response) => {
        tries++;
        if (tries === 1) response.writeHead(503).end();
        else if (tries === 2) {
          response
            .writeHead(200, { 'content-length': String(photo.length) })
            .write(photo.subarray(0, 40_000));
          setImmediate(() => request.socket.destroy());
        } else response.end(photo);
      },
    });
    const medium = await locate(at('/a'), { retry: { retries: 2, sleep: async () => {} } });
    expect((await bytesOf(medium)).equals(photo)).toBe(true);
    expect(tries).toBe(3);
  });

  it.each([
    ['a page', '<!doctype html><title>Log in</title>', 'text/html', /web page/],
    ['a page that says it is an image', '\n<!-- x --><HTML lang=en>', 'image/jpeg', /web page/],
    ['XHTML', '<?xml version="1.0"?><html/>', 'application/xhtml+xml', /web page/],
    ['an archive', 'PK\x03\x04\x14\x00\x00\x00', 'image/jpeg', /archive/],
    ['nothing', '', 'image/jpeg', /empty/],
    ['nobody knows what', '\x00\x01\x02\x03', 'application/octet-stream', /neither/],
  ])('%s is named', async (_label, body, type, message) => {
    const at = await serve({ '/a': sending(Buffer.from(body, 'latin1'), { 'content-type': type }) });
    const error = await failure(locate(at('/a')));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(message);
  });

  it('of another kind than was said, or from an address with a password', async () => {
    const at = await serve({ '/a': sending(photo) });
    expect((await failure(locate({ source: at('/a'), kind: 'audio' }))).message).toMatch(/is an image/);
    const error = await failure(locate(at('/a').replace('//', '//user:SECRET@')));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).not.toContain('SECRET');
  });
});

describe('an address that is handed on', () => {
  const pass = { urlMode: 'pass' } as const;

  it('is a URI with the type of its name, or of #mime', async () => {
    expect(await locate('https://example.com/a.jpg?sig=1#resolution=low', pass)).toEqual({
      name: 'https://example.com/a.jpg',
      kind: 'image',
      mimeType: 'image/jpeg',
      content: { uri: 'https://example.com/a.jpg?sig=1' },
      options: { resolution: 'low' },
    });
    expect(await locate('https://example.com/watch#mime=video/mp4', pass)).toMatchObject({
      kind: 'video',
      content: { uri: 'https://example.com/watch' },
    });
  });

  it.each([
    'http://example.com/a.jpg',
    'https://example.com/a',
    'https://example.com/a.docx',
    'https://u:p@example.com/a.jpg',
  ])('%s cannot be', async (source) => {
    expect(await failure(locate(source, pass))).toBeInstanceOf(InputError);
  });
});

it('nothing is fetched where nothing may go over the network', async () => {
  const parts = [{ source: 'https://example.com/a.jpg' }];
  const error = await failure(locateMedia(parts, { cwd: '/', limits, signal: new AbortController().signal }));
  expect(error).toBeInstanceOf(InputError);
  expect(error.hint).toContain('--url-mode pass');
});
