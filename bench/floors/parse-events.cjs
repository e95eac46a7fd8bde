// Floor for long streams: GETs the event stream of a URL, parses the JSON of every `data: ` line and drops it.
// Usage: node parse-events.cjs URL
const http = require('node:http');
const { StringDecoder } = require('node:string_decoder');

http.get(process.argv[2], (response) => {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  response.on('data', (chunk) => {
    const text = rest + decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      if (text.startsWith('data: ', start)) JSON.parse(text.slice(start + 6, end));
      start = end + 1;
    }
    rest = text.slice(start);
  });
});
