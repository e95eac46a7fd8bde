import { describe, expect, it } from 'vitest';
import { monotonicMs } from '../../src/concurrency.ts';
import { createGate } from '../../src/many/gate.ts';
import { createPace } from '../../src/many/pace.ts';

describe('gate', () => {
  it('lets second tries go before those who were not asked yet', async () => {
    const gate = createGate(createPace({ concurrency: 1 }), monotonicMs);
    const order: string[] = [];
    const first = await gate.enter(false);
    const come = async (name: string, again: boolean) => {
      const turn = await gate.enter(again);
      order.push(name);
      gate.answered(turn, 1);
    };
    const others = [come('new', false), come('again', true)];
    gate.answered(first, 1);
    await Promise.all(others);
    expect(order).toEqual(['again', 'new']);
  });

  it('holds everybody for what one was told to wait', async () => {
    const gate = createGate(createPace({ concurrency: 4 }), monotonicMs);
    const turns = await Promise.all([gate.enter(false), gate.enter(false)]);
    const began = monotonicMs();
    const [refused, answered] = turns;
    if (!refused || !answered) throw new Error('no turns');
    gate.refused(refused, 60);
    gate.answered(answered, 1);
    await Promise.all([gate.enter(true), gate.enter(false)]);
    expect(monotonicMs() - began).toBeGreaterThanOrEqual(59);
  });

  it('sends away who waits when it is closed, and who comes later', async () => {
    const gate = createGate(createPace({ concurrency: 1 }), monotonicMs);
    const turn = await gate.enter(false);
    const waiting = gate.enter(false);
    const reason = new Error('closed');
    gate.close(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(gate.enter(true)).rejects.toBe(reason);
    gate.failed(turn);
  });
});
