import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ByteSource, isByteSource } from '../../src/byte-source.ts';
import type { ShowFacts } from '../../src/show/facts.ts';
import { type ShowForm, showRequest } from '../../src/show/show-request.ts';
import type { GenerateContentRequest } from '../../src/wire/generate-content.ts';

type Received = {
  method: string | undefined;
  path: string | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: unknown;
};

/** A service that keeps what it is sent and always says "hi"; also the token server of a workload identity. */
const received: Received[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/token') {
      response.end('{"access_token":"token-of-google","token_type":"Bearer","expires_in":3600}');
      return;
    }
    const { method, url: path, headers } = request;
    received.push({ method, path, headers, body: JSON.parse(text) });
    const answer = JSON.stringify({
      candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
    });
    if (!path?.includes('alt=sse')) return void response.end(answer);
    response.setHeader('content-type', 'text/event-stream');
    response.end(`data: ${answer}\n\n`);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'gemini-show-'));
const python = await execute('python3', ['-c', '']).then(
  ({ code }) => code === 0,
  () => false,
);
let base = '';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
});
beforeEach(() => received.splice(0));
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

type Finished = { code: number; stdout: string; stderr: string };
function execute(file: string, args: string[], env: Record<string, string> = {}): Promise<Finished> {
  return new Promise((done) => {
    const child = execFile(
      file,
      args,
      { cwd: folder, env: { PATH: process.env.PATH ?? '', HOME: folder, ...env } },
      (error, stdout, stderr) =>
        done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

const KEY = 'key-of-the-test';

/** Saves the program and runs it as its first line says. */
function run(form: 'curl' | 'node', program: string, env: Record<string, string> = {}): Promise<Finished> {
  const file = join(folder, form === 'curl' ? 'ask.sh' : 'ask.mjs');
  writeFileSync(file, program);
  return execute(form === 'curl' ? 'sh' : process.execPath, [file], { GEMINI_API_KEY: KEY, ...env });
}

function fileOf(name: string, bytes: Buffer): ByteSource {
  writeFileSync(join(folder, name), bytes);
  return {
    byteLength: bytes.length,
    name,
    open: () => Promise.reject(new Error('--show must not read media')),
  };
}

/** The request as it must arrive. */
function filledIn(request: GenerateContentRequest): unknown {
  return JSON.parse(
    JSON.stringify(request, (_key, value: unknown) =>
      isByteSource(value) ? readFileSync(join(folder, value.name)).toString('base64') : value,
    ),
  );
}

/** The SDKs always send a generationConfig, if only an empty one. */
function withoutEmptyConfig(body: unknown): unknown {
  const { generationConfig, ...rest } = body as GenerateContentRequest;
  return Object.keys(generationConfig ?? {}).length > 0 ? body : rest;
}

function factsFor(request: GenerateContentRequest, facts: Partial<ShowFacts> = {}): ShowFacts {
  const method = (facts.stream ?? true) ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return {
    backend: 'developer',
    method: 'POST',
    url: `${base}/v1beta/models/gemini-3.8-flash:${method}`,
    model: 'gemini-3.8-flash',
    request,
    stream: true,
    baseUrl: base,
    apiVersion: 'v1beta',
    ...facts,
  };
}

const PIXELS = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 37) % 256));
const TEXTS = `it's "quoted" \\ \`id\` $(id) $HOME \${HOME}\n#{x}\nJSON\nHEADERS\r\n\t\u0000\u007f\u202e 😀 ünï %s`;

/** All that both SDKs know, with names and texts that quoting must get right. */
function fullRequest(): GenerateContentRequest {
  return {
    systemInstruction: { role: 'system', parts: [{ text: TEXTS }] },
    contents: [
      {
        role: 'user',
        parts: [
          { text: TEXTS },
          { inlineData: { mimeType: 'image/png', data: fileOf("it's $(id) `x`.png", PIXELS) } },
          { inlineData: { mimeType: 'image/png', data: fileOf('-n\nJSON\n"b".png', PIXELS.subarray(7)) } },
          { inlineData: { mimeType: 'image/png', data: PIXELS.toString('base64') } },
          {
            fileData: { mimeType: 'video/mp4', fileUri: 'gs://b/v.mp4' },
            videoMetadata: { startOffset: '1.5s', fps: 2 },
          },
        ],
      },
      {
        role: 'model',
        parts: [
          {
            functionCall: { id: 'c1', name: 'find', args: { inCity: 'Überlingen', count: 3 } },
            thoughtSignature: 'c2ln',
          },
        ],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'c1', name: 'find', response: { someKey: [true] } } }],
      },
    ],
    tools: [
      {
        functionDeclarations: [
          {
            name: 'find',
            description: 'finds',
            parameters: { type: 'OBJECT', properties: { inCity: { type: 'STRING' } }, required: ['inCity'] },
          },
          { name: 'look', parametersJsonSchema: { type: 'object', additionalProperties: false } },
        ],
      },
      { googleSearch: {} },
    ],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['find'] } },
    safetySettings: [{ category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'BLOCK_NONE' }],
    labels: { 'team-a': 'x' },
    generationConfig: {
      temperature: 0.5,
      topK: 40,
      stopSequences: ["'", '$'],
      seed: -7,
      thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true },
    },
  };
}

/** What an SDK would drop, change or refuse, if it were not sent beside its own fields. */
function unusualRequest(): GenerateContentRequest {
  return {
    contents: [
      {
        role: 'user',
        parts: [
          { inlineData: { mimeType: 'audio/wav', data: fileOf('a.wav', PIXELS) }, newField: 1 } as never,
        ],
      },
    ],
    safetySettings: [{ category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'OFF', method: 'SEVERITY' }],
    tools: [
      {
        functionDeclarations: [
          JSON.parse(
            '{"name":"f","parameters":{"type":"OBJECT","properties":{"__proto__":{"type":"STRING"},"a":{"$ref":"#/x"}}}}',
          ),
        ],
      },
    ],
    generationConfig: {
      temperature: 1,
      audioTimestamp: true,
      responseSchema: { anyOf: [{ type: 'STRING' }] },
    },
    futureField: { a: null },
  } as GenerateContentRequest;
}

describe.each(['curl', 'node'] as const)('the %s program', (form: ShowForm & ('curl' | 'node')) => {
  it('sends the same request, streamed', async () => {
    const request = fullRequest();
    const facts = factsFor(request, { headers: { 'x-extra': "it's $HOME" }, quotaProject: 'quota-p' });
    const { code, stdout, stderr } = await run(form, showRequest(form, facts));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('hi');
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: 'POST',
      path: '/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse',
      headers: { 'x-goog-api-key': KEY, 'x-extra': "it's $HOME", 'x-goog-user-project': 'quota-p' },
    });
    expect(received[0]?.body).toEqual(filledIn(request));
  });

  it('sends what the SDK has no field for, unstreamed, by the version asked for', async () => {
    const request = unusualRequest();
    const facts = factsFor(request, {
      stream: false,
      apiVersion: 'v1',
      url: `${base}/v1/models/gemini-3.8-flash:generateContent`,
      apiKeyVariable: 'GOOGLE_API_KEY',
    });
    const { code, stderr } = await run(form, showRequest(form, facts), {
      GEMINI_API_KEY: '',
      GOOGLE_API_KEY: 'other',
      GOOGLE_GENAI_USE_VERTEXAI: 'true',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(received[0]).toMatchObject({
      path: '/v1/models/gemini-3.8-flash:generateContent',
      headers: { 'x-goog-api-key': 'other' },
    });
    expect(received[0]?.body).toEqual(filledIn(request));
  });

  it('asks Vertex AI with the Google login', async () => {
    const request: GenerateContentRequest = { contents: [{ role: 'user', parts: [{ text: 'a' }] }] };
    const path =
      '/v1/projects/p-1/locations/global/publishers/google/models/gemini-3.8-flash:generateContent';
    const facts = factsFor(request, {
      backend: 'vertex',
      apiVersion: 'v1',
      project: 'p-1',
      location: 'global',
      stream: false,
      url: base + path,
    });
    const { code, stderr } = await run(form, showRequest(form, facts), googleLogin());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(received[0]).toMatchObject({ path, headers: { authorization: 'Bearer token-of-google' } });
    expect(withoutEmptyConfig(received[0]?.body)).toEqual(request);
  });

  it('needs no credential for the emulator', async () => {
    const request: GenerateContentRequest = { contents: [{ role: 'user', parts: [{ text: 'a' }] }] };
    const facts = factsFor(request, { backend: 'emulator', baseUrl: undefined });
    const { code, stderr } = await run(form, showRequest(form, facts), { GEMINI_API_KEY: '' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(received).toHaveLength(1);
  });
});

/** A gcloud that gives a token, and application default credentials that get one from the server. */
function googleLogin(): Record<string, string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, 'gcloud'),
    '#!/bin/sh\n[ "$*" = "auth print-access-token" ] && echo token-of-google\n',
  );
  chmodSync(join(bin, 'gcloud'), 0o755);
  writeFileSync(join(folder, 'subject'), 'subject-token');
  const credential = {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${base}/token`,
    credential_source: { file: join(folder, 'subject') },
  };
  writeFileSync(join(folder, 'adc.json'), JSON.stringify(credential));
  return {
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'adc.json'),
    // Else the library asks Google for it.
    GOOGLE_CLOUD_PROJECT: 'p-1',
  };
}

describe('the curl program', () => {
  const asked = (parts: GenerateContentRequest['contents'][number]['parts']) => ({
    contents: [{ role: 'user', parts }],
  });

  it('quotes whatever a text or a file name holds', async () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 40 })
      .map((text) => text.replace(/[/\0]/g, '_'))
      .filter(
        (text) => !/^\.{1,2}$/.test(text) && text !== 'ask.sh' && text !== 'node_modules' && text !== 'bin',
      );
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^['"\\$`()!\n\r %{}]{1,20}(JSON|HEADERS|EOF)?\n?$/),
    );
    await fc.assert(
      fc.asyncProperty(nasty, name, async (text, fileName) => {
        received.splice(0);
        const request = asked([
          { text },
          { inlineData: { mimeType: 'image/png', data: fileOf(fileName, PIXELS.subarray(0, 100)) } },
        ]);
        const { code, stderr } = await run('curl', showRequest('curl', factsFor(request)));
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(received[0]?.body).toEqual(filledIn(request));
      }),
      { numRuns: 15 },
    );
  });

  it('keeps the key out of the arguments, which everybody can read', async () => {
    const bin = join(folder, 'spy');
    mkdirSync(bin, { recursive: true });
    const log = join(folder, 'arguments');
    const curl = (await execute('sh', ['-c', 'command -v curl'])).stdout.trim();
    writeFileSync(join(bin, 'curl'), `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}'\nexec '${curl}' "$@"\n`);
    chmodSync(join(bin, 'curl'), 0o755);
    await run('curl', showRequest('curl', factsFor(asked([{ text: 'a' }]))), {
      PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    });
    expect(received[0]?.headers['x-goog-api-key']).toBe(KEY);
    const seen = readFileSync(log, 'utf8');
    expect(seen).toContain('--data-binary');
    expect(seen).not.toContain(KEY);
  });

  it('sends nothing when a file or the key is missing', async () => {
    const source = fileOf('gone.png', PIXELS);
    const program = showRequest(
      'curl',
      factsFor(asked([{ inlineData: { mimeType: 'image/png', data: source } }])),
    );
    expect((await run('curl', program, { GEMINI_API_KEY: '' })).code).not.toBe(0);
    rmSync(join(folder, 'gone.png'));
    const { code, stderr } = await run('curl', program);
    expect(code).not.toBe(0);
    expect(stderr).toContain('gone.png');
    expect(received).toEqual([]);
  });
});

describe.skipIf(!python)('the python program (needs python3)', () => {
  /** Stands for google-genai, which is not here: prints what it is given, bytes as base64. */
  const SDK = `
import base64, json

class _Models:
    def generate_content(self, **given):
        print(json.dumps(given, default=lambda value: "b64:" + base64.b64encode(value).decode()))
        return type("Response", (), {"text": ""})()
    def generate_content_stream(self, **given):
        return [self.generate_content(**given)]

class Client:
    def __init__(self, **given):
        print(json.dumps(given))
        self.models = _Models()
`;

  async function given(facts: ShowFacts): Promise<{ client: unknown; call: Record<string, unknown> }> {
    mkdirSync(join(folder, 'google/genai'), { recursive: true });
    writeFileSync(join(folder, 'google/genai/__init__.py'), SDK);
    writeFileSync(join(folder, 'ask.py'), showRequest('python', facts));
    const compiled = await execute('python3', ['-m', 'py_compile', 'ask.py']);
    expect(compiled).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = await execute('python3', ['ask.py'], { GEMINI_API_KEY: KEY });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [client = '', call = ''] = stdout.split('\n');
    return { client: JSON.parse(client), call: JSON.parse(call) };
  }

  it('gives the SDK the same request: its names in snake_case, bytes as bytes', async () => {
    const request = fullRequest();
    const { client, call } = await given(factsFor(request));
    expect(client).toEqual({ vertexai: false, api_key: KEY, http_options: { base_url: base } });
    const sent = filledIn(request) as GenerateContentRequest;
    const [user, model, answer] = sent.contents;
    const media = user?.parts.map((part) => part.inlineData?.data);
    expect(call).toMatchObject({
      model: 'gemini-3.8-flash',
      contents: [
        {
          role: 'user',
          parts: [
            { text: TEXTS },
            { inline_data: { mime_type: 'image/png', data: `b64:${media?.[1]}` } },
            { inline_data: { mime_type: 'image/png', data: `b64:${media?.[2]}` } },
            { inline_data: { mime_type: 'image/png', data: `b64:${media?.[3]}` } },
            {
              file_data: { mime_type: 'video/mp4', file_uri: 'gs://b/v.mp4' },
              video_metadata: { start_offset: '1.5s', fps: 2 },
            },
          ],
        },
        {
          role: 'model',
          parts: [{ function_call: model?.parts[0]?.functionCall, thought_signature: 'b64:c2ln' }],
        },
        { role: 'user', parts: [{ function_response: answer?.parts[0]?.functionResponse }] },
      ],
      config: {
        system_instruction: { role: 'system', parts: [{ text: TEXTS }] },
        tools: [
          {
            function_declarations: [
              { name: 'find', description: 'finds', parameters: { type: 'OBJECT', required: ['inCity'] } },
              { name: 'look', parameters_json_schema: { type: 'object', additionalProperties: false } },
            ],
          },
          { google_search: {} },
        ],
        tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['find'] } },
        safety_settings: [{ category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'BLOCK_NONE' }],
        labels: { 'team-a': 'x' },
        temperature: 0.5,
        top_k: 40,
        stop_sequences: ["'", '$'],
        seed: -7,
        thinking_config: { thinking_level: 'LOW', include_thoughts: true },
      },
    });
  });

  it('passes what the SDK has no field for on as it is', async () => {
    const request = unusualRequest();
    const { call } = await given(factsFor(request, { stream: false }));
    const { generationConfig, ...others } = filledIn(request) as GenerateContentRequest;
    const { temperature, ...rest } = generationConfig ?? {};
    expect(call.config).toEqual({
      temperature,
      http_options: { extra_body: { ...others, generationConfig: rest } },
    });
  });
});
