// The floor of `ask` with text: node:http, one request, each text written as it comes. argv: base URL, model, text.
const http = require('node:http');
const [base, model, text] = process.argv.slice(2);
const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text }] }] });
const request = http.request(
  `${base}/v1beta/models/${model}:streamGenerateContent?alt=sse`,
  {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-goog-api-key': process.env.GEMINI_API_KEY,
    },
  },
  (response) => {
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      let out = '';
      for (const line of lines) {
        if (!line.startsWith('data: ')) continue;
        for (const part of JSON.parse(line.slice(6)).candidates[0].content.parts) out += part.text;
      }
      if (out) process.stdout.write(out);
    });
    response.on('end', () => process.stdout.write('\n'));
  },
);
request.end(body);
