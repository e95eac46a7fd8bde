import { describe, expect, it } from 'vitest';
import { ChatAnswerReader } from '../../../src/wire/chat-completions/answer.ts';
import { endingError } from '../../../src/wire/finish-reason.ts';
import { createResponseFold } from '../../../src/wire/response.ts';

/** The answer that the chunks of a stream make, or a whole answer alone. */
function read(chunks: readonly object[], complete = true) {
  const reader = new ChatAnswerReader();
  const fold = createResponseFold();
  for (const chunk of [...chunks.map((each) => reader.add(each)), reader.end(complete)]) {
    if (chunk) fold.add(chunk);
  }
  return fold.response();
}
const whole = (message: object, finish: unknown = 'stop') =>
  read([{ choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }] }]);
const stream = (deltas: readonly object[], finish: unknown = 'stop', complete = false) =>
  read(
    [
      ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
      { choices: [{ index: 0, delta: {}, finish_reason: finish }] },
    ],
    complete,
  );

describe('the answer of the guide of Distributed Cloud', () => {
  it('is complete, though every field that could say so is empty', () => {
    const content =
      "Here's what's in the image: Several freshly baked blueberry scones are arranged on parchment paper.\n";
    const response = read([
      {
        id: '',
        choices: [
          {
            finish_reason: '',
            index: 0,
            logprobs: 0,
            message: { content, refusal: null, role: 'assistant', function_call: null, tool_calls: null },
          },
        ],
        created: 0,
        model: '',
        object: '',
        service_tier: null,
        system_fingerprint: null,
        usage: { completion_tokens: 0, prompt_tokens: 0, total_tokens: 0 },
      },
    ]);
    expect(response).toEqual({
      candidates: [{ content: { role: 'model', parts: [{ text: content }] }, finishReason: 'STOP' }],
    });
    expect(endingError(response)).toBeUndefined();
  });
});

describe('the end', () => {
  it.each([
    ['stop', 'STOP'],
    ['length', 'MAX_TOKENS'],
    ['content_filter', 'SAFETY'],
    ['tool_calls', 'STOP'],
    ['function_call', 'STOP'],
    ['abort', 'abort'],
  ])('%s is %s, streamed and not', (reason, expected) => {
    expect(stream([{ content: 'a' }], reason).candidates?.[0]?.finishReason).toBe(expected);
    expect(whole({ content: 'a' }, reason).candidates?.[0]?.finishReason).toBe(expected);
  });

  it.each([null, ''])('a stream with the reason %j is at its end only if it says [DONE]', (reason) => {
    expect(stream([{ content: 'a' }], reason).candidates?.[0]?.finishReason).toBeUndefined();
    expect(stream([{ content: 'a' }], reason, true).candidates?.[0]?.finishReason).toBe('STOP');
  });

  it('a refusal is no answer, and its words are kept', () => {
    for (const response of [
      stream([{ refusal: 'I must ' }, { refusal: 'not.' }]),
      whole({ content: null, refusal: 'I must not.' }),
    ]) {
      expect(endingError(response)).toMatchObject({ exitCode: 5, details: ['I must not.'] });
    }
  });
});

describe('text and thoughts', () => {
  it.each(['reasoning_content', 'reasoning', 'thinking'])('%s is a thought', (field) => {
    const expected = { parts: [{ text: 'hm, so', thought: true }, { text: 'yes' }] };
    expect(
      stream([{ [field]: 'hm, ', content: '' }, { [field]: 'so' }, { content: 'ye' }, { content: 's' }])
        .candidates?.[0]?.content,
    ).toMatchObject(expected);
    expect(whole({ [field]: 'hm, so', content: 'yes' }).candidates?.[0]?.content).toMatchObject(expected);
  });

  it('the same thought under two names is one', () => {
    expect(
      whole({ reasoning: 'hm', reasoning_content: 'hm', content: 'yes' }).candidates?.[0]?.content?.parts,
    ).toEqual([{ text: 'hm', thought: true }, { text: 'yes' }]);
  });

  it('content may be a list of parts', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'yes' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw==' } },
    ];
    expect(whole({ content }).candidates?.[0]?.content?.parts).toEqual([
      { text: 'hm', thought: true },
      { text: 'yes' },
      { inlineData: { mimeType: 'image/png', data: 'iVBORw==' } },
    ]);
  });

  it('several choices are candidates', () => {
    const choice = (index: number, content: string) => ({ index, delta: { content }, finish_reason: 'stop' });
    const response = read([{ choices: [choice(1, 'b')] }, { choices: [choice(0, 'a')] }]);
    expect(response.candidates?.map(({ content }) => content?.parts?.[0]?.text)).toEqual(['a', 'b']);
  });
});

describe('usage', () => {
  it('counts thinking apart, whether the server counts it in or beside', () => {
    const usage = (completion: number) => ({
      prompt_tokens: 10,
      completion_tokens: completion,
      total_tokens: 10 + completion,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 5 },
    });
    expect(read([{ choices: [], usage: usage(8) }]).usageMetadata).toEqual({
      promptTokenCount: 10,
      candidatesTokenCount: 3,
      totalTokenCount: 18,
      thoughtsTokenCount: 5,
      cachedContentTokenCount: 4,
    });
    expect(read([{ choices: [], usage: usage(2) }]).usageMetadata?.candidatesTokenCount).toBe(2);
  });

  it('is nothing where it is null, or all zeros', () => {
    expect(read([{ choices: [], usage: null }])).toEqual({});
    expect(read([{ choices: [], usage: { prompt_tokens: 0, total_tokens: 0 } }])).toEqual({});
  });
});

describe('function calls', () => {
  const calls = (response: ReturnType<typeof read>) =>
    response.candidates?.[0]?.content?.parts?.flatMap(({ functionCall }) => functionCall ?? []);
  const piece = (index: number | undefined, args: string, head: { id?: string; name?: string } = {}) => {
    const { id, name } = head;
    const called = { ...(name === undefined ? {} : { name }), arguments: args };
    return {
      tool_calls: [
        { ...(index === undefined ? {} : { index }), ...(id === undefined ? {} : { id }), function: called },
      ],
    };
  };
  const both = [
    { id: 'x', name: 'f', args: { a: 1 } },
    { id: 'y', name: 'g', args: {} },
  ];

  it.each([
    [
      'pieces by index, in turns',
      [
        piece(0, '', { id: 'x', name: 'f' }),
        piece(1, '', { id: 'y', name: 'g' }),
        piece(0, '{"a"'),
        piece(1, '{}'),
        piece(0, ':1}'),
      ],
    ],
    [
      'whole calls with one index',
      [piece(0, '{"a":1}', { id: 'x', name: 'f' }), piece(0, '{}', { id: 'y', name: 'g' })],
    ],
    [
      'pieces without an index',
      [
        piece(undefined, '{"a"', { id: 'x', name: 'f' }),
        piece(undefined, ':1}'),
        piece(undefined, '', { id: 'y', name: 'g' }),
      ],
    ],
    [
      'a name in every piece',
      [
        piece(0, '{"a"', { id: 'x', name: 'f' }),
        piece(0, ':1}', { id: 'x', name: 'f' }),
        piece(1, '', { id: 'y', name: 'g' }),
      ],
    ],
  ])('%s', (_, deltas) => {
    expect(calls(stream(deltas, 'tool_calls'))).toEqual(both);
  });

  it('in a whole answer, without ids, and with arguments that are no text', () => {
    const message = {
      content: null,
      tool_calls: [
        { id: '', function: { name: 'f', arguments: '{"a":1}' } },
        { function: { name: 'g', arguments: { b: 2 } } },
      ],
    };
    expect(calls(whole(message, ''))).toEqual([
      { name: 'f', args: { a: 1 } },
      { name: 'g', args: { b: 2 } },
    ]);
  });

  it('the older form is read', () => {
    const deltas = [
      { function_call: { name: 'f', arguments: '{"a"' } },
      { function_call: { arguments: ':1}' } },
    ];
    expect(calls(stream(deltas, 'function_call'))).toEqual([{ name: 'f', args: { a: 1 } }]);
  });

  it.each(['{"a":', '[1]', 'null'])('arguments %s are a malformed call', (args) => {
    const response = stream([piece(0, args, { id: 'x', name: 'f' })], 'tool_calls');
    expect(calls(response) ?? []).toEqual([]);
    expect(response.candidates?.[0]?.finishReason).toBe('MALFORMED_FUNCTION_CALL');
  });

  it('a call that was cut off is not made', () => {
    const response = read(
      [{ choices: [{ index: 0, delta: piece(0, '{}', { id: 'x', name: 'f' }) }] }],
      false,
    );
    expect(response).toEqual({});
  });
});
