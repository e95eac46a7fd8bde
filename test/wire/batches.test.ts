import { describe, expect, it } from 'vitest';
import { isOver, parseBatchOperation, parseBatchResult, parsePredictionJob } from '../../src/wire/batches.ts';

describe('jobs', () => {
  it('of the Developer API come as operations', () => {
    const metadata = {
      '@type': 'type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch',
      model: 'models/gemini-3.8-flash',
      displayName: 'mine',
      createTime: '2026-11-22T09:00:00Z',
      batchStats: { requestCount: '3', successfulRequestCount: '2', failedRequestCount: '1' },
      state: 'BATCH_STATE_SUCCEEDED',
    };
    const job = parseBatchOperation({
      name: 'batches/abc',
      metadata,
      done: true,
      response: { responsesFile: 'files/batch-abc' },
    });
    expect(job).toEqual({
      name: 'batches/abc',
      displayName: 'mine',
      model: 'gemini-3.8-flash',
      state: 'SUCCEEDED',
      createTime: '2026-11-22T09:00:00Z',
      endTime: undefined,
      counts: { requests: 3, succeeded: 2, failed: 1 },
      error: undefined,
      output: { file: 'files/batch-abc' },
    });
    const inlinedResponses = { inlinedResponses: [{ response: {} }] };
    expect(
      parseBatchOperation({ name: 'batches/abc', metadata: { output: { inlinedResponses } } }),
    ).toMatchObject({
      state: 'UNKNOWN',
      output: { inline: [{ response: {} }] },
    });
    expect(parseBatchOperation({ name: 'files/abc' })).toBeUndefined();
  });

  it('of Vertex AI say where their results are', () => {
    const name = 'projects/1/locations/l/batchPredictionJobs/2';
    const state = 'JOB_STATE_FAILED';
    expect(parsePredictionJob({ name, state, error: { code: 3, message: 'no' } })).toMatchObject({
      state: 'FAILED',
      error: { code: 3, message: 'no' },
      output: undefined,
    });
    const outputs = [
      [{ gcsOutputDirectory: 'gs://b/o' }, { folder: 'gs://b/o' }],
      [{ bigqueryOutputDataset: 'bq://p.d', bigqueryOutputTable: 't' }, { table: 'bq://p.d.t' }],
      [{ bigqueryOutputTable: 'bq://p.d.t' }, { table: 'bq://p.d.t' }],
    ];
    for (const [outputInfo, output] of outputs) {
      expect(parsePredictionJob({ name, state, outputInfo })?.output).toEqual(output);
    }
    // It stays as it is until somebody does something.
    const states = [
      'QUEUED',
      'PENDING',
      'RUNNING',
      'CANCELLING',
      'SUCCEEDED',
      'CANCELLED',
      'EXPIRED',
      'PAUSED',
    ];
    expect(states.filter((each) => !isOver({ state: each }))).toEqual(states.slice(0, 4));
  });
});

describe('lines of results', () => {
  it('have an answer or an error, with the key wherever it stands', () => {
    const response = { candidates: [] };
    expect(parseBatchResult(JSON.stringify({ key: 'a', response }))).toEqual({
      key: 'a',
      response,
      error: undefined,
    });
    expect(parseBatchResult(JSON.stringify({ metadata: { key: 'a' }, error: { code: 3 } }))).toMatchObject({
      key: 'a',
      error: { code: 3 },
    });
    expect(parseBatchResult(JSON.stringify({ key: 'a', status: '', request: {}, response }))).toMatchObject({
      error: undefined,
      response,
    });
    const status = 'Bad Request: {"error": {"code": 400, "message": "no contents"}}';
    expect(parseBatchResult(JSON.stringify({ status, response: {} }))).toMatchObject({
      key: undefined,
      error: { code: 400, message: 'no contents' },
    });
    expect(parseBatchResult(JSON.stringify({ status: 'odd {' }))?.error).toEqual({
      code: undefined,
      message: 'odd {',
    });
    expect(['', 'null', '[]', '{"key":'].map(parseBatchResult)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
