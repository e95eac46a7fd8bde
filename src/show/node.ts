import { credentialOf, headersOf, type ShowFacts } from './facts.ts';
import { Expression, printLiteral, quoted, type Syntax } from './literal.ts';
import { baseUrlOf, defaultVersion, sdkModel } from './sdk-client.ts';
import { sdkRequest } from './sdk-request.ts';

/** An ES module that sends the request with @google/genai. */
export function nodeProgram(facts: ShowFacts): string {
  const { contents, config, extraBody } = sdkRequest(facts.request, {
    language: 'node',
    vertex: facts.backend === 'vertex',
  });
  let reads = false;
  const syntax = javaScript(() => {
    reads = true;
  });
  const request = printLiteral(
    {
      model: sdkModel(facts),
      contents: contents ?? 'in extraBody',
      config: nonEmpty({
        ...config,
        httpOptions: nonEmpty({ extraBody: nonEmpty(extraBody) }),
      }),
    },
    syntax,
  );
  const method = facts.stream ? 'generateContentStream' : 'generateContent';
  const lines = [
    '// npm install @google/genai, then save this as ask.mjs and run: node ask.mjs',
    ...(reads ? ['import { readFileSync } from "node:fs";'] : []),
    'import { GoogleGenAI } from "@google/genai";',
    '',
    `const ai = new GoogleGenAI(${printLiteral(client(facts), syntax)});`,
    '',
    `const response = await ai.models.${method}(${request});`,
    '',
    ...(facts.stream
      ? ['for await (const chunk of response) process.stdout.write(chunk.text ?? "");', 'console.log();']
      : ['console.log(response.text);']),
  ];
  return `${lines.join('\n')}\n`;
}

/** Said outright, since GOOGLE_GENAI_USE_VERTEXAI of the environment decides otherwise. */
function client(facts: ShowFacts): Record<string, unknown> {
  const credential = credentialOf(facts);
  const vertex = facts.backend === 'vertex';
  return {
    vertexai: vertex,
    ...(typeof credential === 'object' ? { apiKey: environment(credential.apiKeyVariable) } : {}),
    ...(credential === 'none' ? { apiKey: 'none' } : {}),
    ...(credential === 'google'
      ? {
          project: facts.project ?? environment('GOOGLE_CLOUD_PROJECT'),
          location: facts.location ?? 'global',
        }
      : {}),
    apiVersion: facts.apiVersion === defaultVersion(facts) ? undefined : facts.apiVersion,
    httpOptions: nonEmpty({ baseUrl: baseUrlOf(facts), headers: nonEmpty(headersOf(facts)) }),
  };
}

function environment(variable: string): Expression {
  return new Expression(`process.env.${variable}`);
}

function nonEmpty(fields: Record<string, unknown>): Record<string, unknown> | undefined {
  return Object.values(fields).some((value) => value !== undefined) ? fields : undefined;
}

function javaScript(onRead: () => void): Syntax {
  return {
    key: (name) => {
      // As a plain key it would set the object's prototype.
      if (name === '__proto__') return '["__proto__"]';
      return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
    },
    null: 'null',
    true: 'true',
    false: 'false',
    trailingComma: ',',
    padding: ' ',
    indent: 2,
    source: ({ name }) => {
      onRead();
      return `readFileSync(${quoted(name)}, "base64")`;
    },
  };
}
