import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AppConfig } from '../../config/app-config.js';
import { SoundBudget } from './sound-budget.js';

const never = new AbortController().signal;

/** A budget of 10 bytes whose tasks end when the test says so. */
function budgetOfTen() {
  const budget = new SoundBudget({ correction: { audioBytes: 10 } } as AppConfig);
  const running: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, bytes: number, signal = never): Promise<void> =>
    budget.run(bytes, signal, async () => {
      running.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      running.splice(running.indexOf(name), 1);
    });
  return { start, running, end: (name: string) => ends.get(name)?.() };
}

describe('a budget of sound', () => {
  it('runs tasks while there is room, in their order', async () => {
    const { start, running, end } = budgetOfTen();

    const first = start('first', 6);
    const second = start('second', 5);
    const third = start('third', 1);
    await nextIteration();
    expect(running).toEqual(['first']);

    end('first');
    await first;
    await nextIteration();
    expect(running).toEqual(['second', 'third']);
    end('second');
    end('third');
    await Promise.all([second, third]);
  });

  it('runs a sound that is larger than the limit alone', async () => {
    const { start, running, end } = budgetOfTen();

    const small = start('small', 1);
    const large = start('large', 99);
    await nextIteration();
    expect(running).toEqual(['small']);

    end('small');
    await small;
    await nextIteration();
    expect(running).toEqual(['large']);
    end('large');
    await large;
  });

  it('lets the others go on when one is not wanted any more', async () => {
    const { start, running, end } = budgetOfTen();
    const caller = new AbortController();

    const first = start('first', 6);
    const waiting = start('waiting', 9, caller.signal);
    const small = start('small', 4);
    caller.abort(new Error('stopped'));

    await expect(waiting).rejects.toThrow('stopped');
    await nextIteration();
    expect(running).toEqual(['first', 'small']);
    end('first');
    end('small');
    await Promise.all([first, small]);
  });

  it('makes room when a task fails', async () => {
    const budget = new SoundBudget({ correction: { audioBytes: 10 } } as AppConfig);

    await expect(budget.run(10, never, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await expect(budget.run(10, never, () => Promise.resolve('ran'))).resolves.toBe('ran');
  });
});
