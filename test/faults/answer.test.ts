import { chunk, event, faults, HI } from './row.ts';

const parts = (...list: object[]) => ({
  candidates: [{ content: { role: 'model', parts: list }, index: 0 }],
});
const ended = (finishReason: string) => ({ candidates: [{ index: 0, finishReason }] });

faults('the answer itself', [
  {
    fault: 'a prompt that is blocked',
    server: [{ chunks: [{ promptFeedback: { blockReason: 'SAFETY' } }] }],
    exit: 5,
    says: /SAFETY/,
    requests: 1,
  },
  {
    fault: 'an answer that is blocked in the middle',
    server: [{ chunks: [chunk('Half'), ended('SAFETY')] }],
    exit: 5,
    stdout: 'Half\n',
    says: /SAFETY/,
  },
  {
    fault: 'the token limit',
    server: [{ chunks: [chunk('Half', 'MAX_TOKENS')] }],
    exit: 8,
    stdout: 'Half\n',
    says: /token limit/,
  },
  {
    fault: 'a finish reason that nobody knows yet',
    server: [{ chunks: [chunk('Half', 'NEW_REASON')] }],
    exit: 8,
    stdout: 'Half\n',
    says: /NEW_REASON/,
  },
  { fault: 'no finish reason', server: [{ chunks: [chunk('Half')] }], exit: 8, stdout: 'Half\n' },
  { fault: 'no candidates', server: [{ chunks: [{ usageMetadata: { totalTokenCount: 3 } }] }], exit: 8 },
  {
    fault: 'content that is null',
    server: [{ chunks: [{ candidates: [{ content: null, finishReason: 'STOP' }] }] }],
    exit: 8,
  },
  {
    fault: 'STOP in every chunk, the first one empty',
    server: [{ chunks: [ended('STOP'), chunk('Ha', 'STOP'), chunk('lf', 'STOP')] }],
    exit: 0,
    stdout: 'Half\n',
  },
  {
    fault: 'a finish reason that goes back to nothing',
    server: [
      {
        chunks: [
          chunk('Hi', 'STOP'),
          { candidates: [{ index: 0, finishReason: 'FINISH_REASON_UNSPECIFIED' }] },
        ],
      },
    ],
    exit: 0,
    stdout: 'Hi\n',
  },
  {
    fault: 'candidates by turns',
    server: [
      {
        chunks: [chunk('a'), { candidates: [{ ...chunk('X').candidates[0], index: 1 }] }, chunk('b', 'STOP')],
      },
    ],
    exit: 0,
    stdout: 'ab\n',
  },
  {
    fault: 'a call of a function that was never declared: nothing is run',
    server: [
      { chunks: [parts({ functionCall: { name: 'sh', args: { command: 'echo owned' } } }), ended('STOP')] },
    ],
    exit: 8,
    stdout: /"sh"/,
  },
  {
    fault: 'half a character in each of two events',
    server: [
      {
        writes: [
          'data: {"candidates":[{"content":{"parts":[{"text":"\\ud83d"}]}}]}\n\n',
          event({ candidates: [{ content: { parts: [{ text: '\ude00' }] }, finishReason: 'STOP' }] }),
        ],
      },
    ],
    exit: 0,
    stdout: '😀\n',
  },
  {
    fault: 'half a character, and no more',
    server: [{ writes: [event(chunk('a\ud83d', 'STOP'))] }],
    exit: 0,
    stdout: 'a\ufffd\n',
  },
  {
    fault: 'a character that is cut between two writes',
    server: [
      {
        writes: [
          {
            base64: Buffer.from(event(chunk('é', 'STOP')))
              .subarray(0, event(chunk('', '')).indexOf('text') + 8)
              .toString('base64'),
          },
          {
            base64: Buffer.from(event(chunk('é', 'STOP')))
              .subarray(event(chunk('', '')).indexOf('text') + 8)
              .toString('base64'),
            delayMs: 50,
          },
        ],
      },
    ],
    exit: 0,
    stdout: 'é\n',
  },
  {
    fault: 'bytes that are no UTF-8',
    server: [
      { writes: [{ base64: Buffer.from(event(chunk('a\xff', 'STOP')), 'latin1').toString('base64') }] },
    ],
    exit: 0,
    stdout: 'a\ufffd\n',
  },
  {
    fault: 'a byte order mark, line ends of every kind, fields nobody knows',
    server: [
      { writes: [`\ufeff: x\nid: 7\rretry: 1\r\nnew: field\ndata:${JSON.stringify(HI.chunks[0])}\r\r`] },
    ],
    exit: 0,
    stdout: 'Hi\n',
  },
  ...[
    { candidates: 'none' },
    { candidates: [null, 7] },
    { candidates: [{ content: [], finishReason: 'STOP' }] },
    { candidates: [{ content: { parts: 'text' }, finishReason: 'STOP' }] },
    {
      candidates: [{ content: { parts: [null, 7, { text: 7 }, { inlineData: 'x' }] }, finishReason: 'STOP' }],
    },
    { candidates: [{ index: -1, content: { parts: [{ text: 'x' }] }, finishReason: 7 }] },
    { promptFeedback: 7, usageMetadata: 'many', modelVersion: {} },
  ].map((value) => ({
    fault: `JSON of another shape ${JSON.stringify(value)}`,
    server: [{ writes: [event(value)] }],
    args: ['--usage', '--sources'],
    exit: 8,
    stdout: /^(x\n)?$/,
  })),
]);
