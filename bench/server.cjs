// The server all measurements talk to: takes any body, answers by the model's name in the URL, reads nothing into
// memory. As a program of its own it prints its port.
const http = require('node:http');

const frame = (text, last) =>
  `data: ${JSON.stringify({
    candidates: [
      { content: { role: 'model', parts: [{ text }] }, index: 0, ...(last ? { finishReason: 'STOP' } : {}) },
    ],
    usageMetadata: { promptTokenCount: 8, candidatesTokenCount: 4, totalTokenCount: 12 },
  })}\r\n\r\n`;

/** What each model answers: frames, one after the other as fast as the socket takes them. */
const ANSWERS = {
  *text() {
    yield frame('The sky is blue because ', false);
    yield frame('air scatters blue light more than red.', true);
  },
  // One whole answer, as to a request without a stream.
  *whole() {
    yield JSON.stringify({
      candidates: [
        { content: { role: 'model', parts: [{ text: 'A square.' }] }, index: 0, finishReason: 'STOP' },
      ],
      usageMetadata: { promptTokenCount: 266, candidatesTokenCount: 4, totalTokenCount: 270 },
    });
  },
  // 29 MB in 100,000 events.
  *events() {
    const one = frame('twelve bytes'.padEnd(72, '.'), false);
    let gathered = '';
    for (let index = 0; index < 99_999; index++) {
      gathered += one;
      if (gathered.length > 60_000) {
        yield gathered;
        gathered = '';
      }
    }
    yield gathered + frame('end', true);
  },
  // 200 MB of text in chunks of 16 KiB.
  *flood() {
    const one = frame(`${'x'.repeat(16 * 1024 - 1)}\n`, false);
    for (let index = 0; index < 12_800; index++) yield one;
    yield frame('end', true);
  },
  *event10() {
    yield frame('y'.repeat(10 * 1024 * 1024), true);
  },
  *event50() {
    yield frame('y'.repeat(50 * 1024 * 1024), true);
  },
};

function respond(request, response) {
  const model = /models\/bench-(\w+)/.exec(request.url)?.[1] ?? 'text';
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const frames = ANSWERS[model]();
    const pump = () => {
      for (;;) {
        const { value, done } = frames.next();
        if (done) return response.end();
        if (!response.write(value)) return response.once('drain', pump);
      }
    };
    pump();
  });
}

function start() {
  return new Promise((resolve) => {
    const server = http.createServer({ requestTimeout: 0 }, respond);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

module.exports = { start, frame };

if (require.main === module) start().then((server) => process.stdout.write(`${server.address().port}\n`));
