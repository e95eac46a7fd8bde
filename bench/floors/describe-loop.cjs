// The floor of `describe`: node:http, so many requests at once, each with one file as base64; a line for each answer.
// argv: folder, URL, requests at once, output file.
const http = require('node:http');
const fs = require('node:fs');
const { join } = require('node:path');
const [folder, url, jobs, output] = process.argv.slice(2);
const names = fs.readdirSync(folder).sort();
const agent = new http.Agent({ keepAlive: true });
const out = fs.openSync(output, 'w');
const text =
  'Describe this image: what it shows and, where it matters, the text that can be read in it. Answer with the text alone.';
let next = 0;
function one() {
  if (next >= names.length) return;
  const name = names[next++];
  const data = fs.readFileSync(join(folder, name)).toString('base64');
  const body = JSON.stringify({
    contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data } }, { text }] }],
  });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-goog-api-key': process.env.GEMINI_API_KEY,
  };
  const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
    let answer = '';
    response.setEncoding('utf8');
    response.on('data', (chunk) => (answer += chunk));
    response.on('end', () => {
      const [candidate] = JSON.parse(answer).candidates;
      fs.writeSync(out, `${JSON.stringify({ source: name, text: candidate.content.parts[0].text })}\n`);
      one();
    });
  });
  request.end(body);
}
for (let index = 0; index < Number(jobs); index++) one();
