import { isByteSource } from '../byte-source.ts';
import { credentialOf, headersOf, type ShowFacts } from './facts.ts';
import { Expression, printLiteral, quoted, type Syntax } from './literal.ts';
import { baseUrlOf, defaultVersion, sdkModel } from './sdk-client.ts';
import { sdkRequest } from './sdk-request.ts';
import { isObject } from './sdk-schema.ts';

/** A program that sends the request with google-genai; what it sends is written as dicts. */
export function pythonProgram(facts: ShowFacts): string {
  const { contents, config, extraBody } = sdkRequest(facts.request, {
    language: 'python',
    vertex: facts.backend === 'vertex',
  });
  const call = [
    `model=${quoted(sdkModel(facts))},`,
    `contents=${printLiteral(pythonValue(contents) ?? 'in extra_body', PYTHON, 1)},`,
    `config=${printLiteral(
      {
        ...(pythonValue(config) as Record<string, unknown>),
        ...(declaresFunctions(config.tools) ? { automatic_function_calling: { disable: true } } : {}),
        ...(Object.keys(extraBody).length > 0 ? { http_options: { extra_body: extraBody } } : {}),
      },
      PYTHON,
      1,
    )},`,
  ];
  const body = [
    'client = genai.Client(',
    ...client(facts).map((line) => `    ${line},`),
    ')',
    '',
    ...(facts.stream
      ? ['for chunk in client.models.generate_content_stream(', ...call.map((line) => `    ${line}`), '):']
      : ['response = client.models.generate_content(', ...call.map((line) => `    ${line}`), ')']),
    ...(facts.stream
      ? ['    print(chunk.text or "", end="", flush=True)', 'print()']
      : ['print(response.text)']),
  ].join('\n');
  const modules = [
    ...(body.includes('base64.') ? ['import base64'] : []),
    ...(body.includes('os.environ') ? ['import os'] : []),
    ...(body.includes('Path(') ? ['from pathlib import Path'] : []),
  ];
  return [
    '# pip install google-genai, then save this as ask.py and run: python3 ask.py',
    ...modules,
    ...(modules.length > 0 ? [''] : []),
    'from google import genai',
    '',
    `${body}\n`,
  ].join('\n');
}

/** The SDK would call Python functions, and warns when it is given declarations alone. */
function declaresFunctions(tools: unknown): boolean {
  return Array.isArray(tools) && tools.some((tool) => isObject(tool) && 'functionDeclarations' in tool);
}

const PYTHON: Syntax = {
  key: quoted,
  null: 'None',
  true: 'True',
  false: 'False',
  trailingComma: ',',
  padding: '',
  indent: 4,
  // Reached within extra_body only, which goes out as it is: elsewhere the SDK takes bytes.
  source: ({ name }) => `base64.b64encode(${fileBytes(name)}).decode()`,
};

function fileBytes(name: string): string {
  return `Path(${quoted(name)}).read_bytes()`;
}

/** Their value is the user's own, or a schema, whose keywords the SDK takes as they are. */
const NOT_OURS = new Set([
  'args',
  'response',
  'labels',
  'parameters',
  'parametersJsonSchema',
  'responseJsonSchema',
]);

/** A value of the wire as the SDK takes it: names in snake_case, base64 as bytes. */
function pythonValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pythonValue);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      if (NOT_OURS.has(name)) return [key, inner];
      if (name === 'thoughtSignature') return [key, decoded(inner)];
      if (name !== 'data') return [key, pythonValue(inner)];
      return [key, isByteSource(inner) ? new Expression(fileBytes(inner.name)) : decoded(inner)];
    }),
  );
}

function decoded(base64: unknown): Expression {
  return new Expression(`base64.b64decode(${quoted(String(base64))})`);
}

/** Said outright, since GOOGLE_GENAI_USE_VERTEXAI of the environment decides otherwise. */
function client(facts: ShowFacts): string[] {
  const credential = credentialOf(facts);
  const headers = headersOf(facts);
  const baseUrl = baseUrlOf(facts);
  const options = {
    ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
    ...(facts.apiVersion === defaultVersion(facts) ? {} : { api_version: facts.apiVersion }),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
  };
  return [
    `vertexai=${facts.backend === 'vertex' ? 'True' : 'False'}`,
    ...(typeof credential === 'object' ? [`api_key=${environment(credential.apiKeyVariable)}`] : []),
    ...(credential === 'none' ? ['api_key="none"'] : []),
    ...(credential === 'google'
      ? [
          `project=${facts.project === undefined ? environment('GOOGLE_CLOUD_PROJECT') : quoted(facts.project)}`,
          `location=${quoted(facts.location ?? 'global')}`,
        ]
      : []),
    ...(Object.keys(options).length > 0 ? [`http_options=${printLiteral(options, PYTHON, 1)}`] : []),
  ];
}

function environment(variable: string): string {
  return `os.environ[${quoted(variable)}]`;
}
