import { describe, expect, it } from 'vitest';
import { IncompleteError, UsageError } from '../../src/errors.ts';
import { createConsent } from '../../src/tools/consent.ts';
import { runToolRounds, type ToolRoundsOptions } from '../../src/tools/tool-rounds.ts';
import type {
  Content,
  GenerateContentRequest,
  GenerateContentResponse,
} from '../../src/wire/generate-content.ts';

const answerWith = (content: Partial<Content>): GenerateContentResponse => ({
  candidates: [{ content, finishReason: 'STOP' }],
});
const request: GenerateContentRequest = {
  contents: [{ role: 'user', parts: [{ text: 'weather?' }] }],
  generationConfig: { temperature: 0 },
};
const CALLS: Content = {
  role: 'model',
  parts: [
    { text: 'let me see', thought: true },
    { functionCall: { id: 'c1', name: 'weather', args: { city: 'Ulm' } }, thoughtSignature: 'c2ln' },
    { functionCall: { id: 'c2', name: 'weather', args: { city: 'Bonn' } } },
    { functionCall: { name: 'clock' } },
  ],
};
const DONE: Content = { role: 'model', parts: [{ text: 'fine' }] };

function rounds(
  answers: Partial<Content>[],
  options: Partial<ToolRoundsOptions<{ response: GenerateContentResponse }>> = {},
) {
  const asked: GenerateContentRequest[] = [];
  const result = runToolRounds({
    ask: async (given) => {
      asked.push(structuredClone(given));
      return { response: answerWith(answers[asked.length - 1] ?? DONE) };
    },
    request,
    answer: async ({ name, args }) => ({ name, ...args }),
    maxRounds: 5,
    ...options,
  });
  return { asked, result };
}

describe('the rounds of function calls', () => {
  it('send the calls back verbatim, and the responses in the order of the calls', async () => {
    const before = structuredClone(request);
    // The first to be asked is the last to answer: each waits for the next.
    const finishers: (() => void)[] = [];
    const { asked, result } = rounds([CALLS], {
      answer: async ({ name, args }) => {
        const turn = finishers.length;
        await new Promise<void>((done) => {
          finishers.push(done);
          if (turn === 2) done();
        });
        finishers[turn - 1]?.();
        return { from: `${name} ${args?.city}` };
      },
    });
    expect(await result).toMatchObject({ rounds: 1, unanswered: [], answered: [] });
    expect((await result).generation.response).toEqual(answerWith(DONE));
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual({
      ...request,
      contents: [
        ...request.contents,
        CALLS,
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'c1', name: 'weather', response: { from: 'weather Ulm' } } },
            { functionResponse: { id: 'c2', name: 'weather', response: { from: 'weather Bonn' } } },
            { functionResponse: { name: 'clock', response: { from: 'clock undefined' } } },
          ],
        },
      ],
    });
    expect((await result).request).toEqual(asked[1]);
    expect(request).toEqual(before);
  });

  it('go on until nothing is called, keeping the whole history', async () => {
    const once: Content = { parts: [{ functionCall: { name: 'next' } }] };
    const { asked, result } = rounds([once, once]);
    expect(await result).toMatchObject({ rounds: 2 });
    expect(asked[2]?.contents.map(({ role }) => role)).toEqual(['user', 'model', 'user', 'model', 'user']);
  });

  it('end with what nothing is bound to', async () => {
    const { asked, result } = rounds([CALLS], {
      answer: async ({ name }) => (name === 'weather' ? { sunny: true } : undefined),
    });
    expect(await result).toMatchObject({
      generation: { response: answerWith(CALLS) },
      request,
      unanswered: [{ name: 'clock' }],
      answered: [{ id: 'c1' }, { id: 'c2' }],
    });
    expect(asked).toHaveLength(1);
  });

  it('are no more than allowed', async () => {
    const once: Content = { role: 'model', parts: [{ functionCall: { name: 'again' } }] };
    const { asked, result } = rounds([once, once, once], { maxRounds: 2 });
    await expect(result).rejects.toThrow(IncompleteError);
    await expect(result).rejects.toThrow(/again.* 2 /);
    expect(asked).toHaveLength(3);
  });

  it('run nothing after an answer that failed', async () => {
    const result = await runToolRounds({
      ask: async () => ({ response: answerWith(CALLS), failure: new IncompleteError('cut') }),
      request,
      answer: () => Promise.reject(new Error('was run')),
      maxRounds: 5,
    });
    expect(result.unanswered).toEqual([]);
  });

  it('fail with the fault of an answer, once the others have ended', async () => {
    let ended = false;
    const { result } = rounds([CALLS], {
      answer: async ({ id }) => {
        if (id === 'c1') throw new UsageError('no consent');
        await new Promise((done) => setTimeout(done, 20));
        ended = true;
        return {};
      },
    });
    await expect(result).rejects.toThrow('no consent');
    expect(ended).toBe(true);
  });

  it.each([{}, { candidates: [] }, { candidates: [{}] }])(
    'take %j for an answer without calls',
    async (response) => {
      const result = await runToolRounds({
        ask: async () => ({ response }),
        request,
        answer: async () => ({}),
        maxRounds: 1,
      });
      expect(result).toMatchObject({ rounds: 0, unanswered: [] });
    },
  );
});

describe('consent', () => {
  const bound = (name: string, ...argv: [string, ...string[]]) => ({ name, argv });

  it('is asked for once per command, one question at a time', async () => {
    const questions: string[] = [];
    let open = 0;
    const consent = createConsent({
      interactive: true,
      yes: false,
      ask: async (question) => {
        expect(++open).toBe(1);
        questions.push(question);
        await new Promise((done) => setTimeout(done, 5));
        open--;
        return !question.includes('rm');
      },
    });
    const [first] = await Promise.all([consent(bound('a', 'ls', '-l')), consent(bound('a', 'ls', '-l'))]);
    const answers = await Promise.all([
      consent(bound('b', 'rm', 'x y')),
      consent(bound('a', 'ls', '-l')),
      consent(bound('c', 'ls')),
      consent(bound('b', 'rm', 'x y')),
    ]);
    expect([first, ...answers]).toEqual([true, false, true, true, false]);
    expect(questions).toHaveLength(3);
    expect(questions[1]).toContain('rm "x y"');
  });

  it('is given by --yes, and cannot be had where nobody can be asked', async () => {
    const ask = () => Promise.reject(new Error('asked'));
    expect(await createConsent({ interactive: false, yes: true, ask })(bound('a', 'ls'))).toBe(true);
    const refusing = createConsent({ interactive: false, yes: false, ask });
    await expect(refusing(bound('a', 'ls'))).rejects.toThrow(UsageError);
    await expect(refusing(bound('a', 'ls'))).rejects.toMatchObject({
      hint: expect.stringContaining('--yes'),
    });
  });
});
