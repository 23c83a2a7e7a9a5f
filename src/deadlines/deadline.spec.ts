import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { Deadline } from '../deadlines/deadline.js';

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });

describe('Deadline', () => {
  it('aborts and is expired when time is up', async () => {
    const deadline = new Deadline({ timeoutMs: 10 });
    await aborted(deadline.signal);
    expect(deadline.expired).toBe(true);
  });

  it('aborts when the caller aborts, now or before, without being expired', () => {
    const controller = new AbortController();
    const deadline = new Deadline({ timeoutMs: 60_000, signal: controller.signal });
    expect(deadline.signal.aborted).toBe(false);
    controller.abort();
    expect(deadline.signal.aborted).toBe(true);
    expect(deadline.expired).toBe(false);
    const late = new Deadline({ timeoutMs: 60_000, signal: controller.signal });
    expect(late.signal.aborted).toBe(true);
    deadline.dispose();
    late.dispose();
  });

  it('leaves no listener on a signal that outlives it', () => {
    const controller = new AbortController();
    const deadline = new Deadline({ timeoutMs: 60_000, signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    deadline.dispose();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('counts from the last restart', () => {
    vi.useFakeTimers();
    try {
      const deadline = new Deadline({ timeoutMs: 400 });
      for (let step = 0; step < 6; step += 1) {
        vi.advanceTimersByTime(399);
        deadline.restart();
      }
      expect(deadline.expired).toBe(false);
      vi.advanceTimersByTime(400);
      expect([deadline.expired, deadline.signal.aborted]).toEqual([true, true]);
    } finally {
      vi.useRealTimers();
    }
  });
});
