import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Slots } from './slots.js';

const never = new AbortController().signal;

/** Ten slots whose tasks end when the test says so. */
function tenSlots() {
  const slots = new Slots(10);
  const running: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, weight: number, signal = never): Promise<void> =>
    slots.run(
      async () => {
        running.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
        running.splice(running.indexOf(name), 1);
      },
      { signal, weight },
    );
  return { start, running, end: (name: string) => ends.get(name)?.() };
}

describe('slots', () => {
  it('run tasks while there is room, in their order', async () => {
    const { start, running, end } = tenSlots();

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

  it('run a task alone that is heavier than all of them', async () => {
    const { start, running, end } = tenSlots();

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

  it('let the others go on when one is not wanted any more', async () => {
    const { start, running, end } = tenSlots();
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

  it('are free again when a task fails', async () => {
    const slots = new Slots(1);

    await expect(slots.run(() => Promise.reject(new Error('failed')), { signal: never })).rejects.toThrow(
      'failed',
    );
    await expect(slots.run(() => Promise.resolve('ran'), { signal: never })).resolves.toBe('ran');
  });
});
