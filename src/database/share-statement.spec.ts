import { describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { shareStatement, Gate } from './share-statement.js';

interface Item {
  row: string;
  value: number;
}

/** A statement that is answered when the test says so, and remembers what it was run for. */
class HeldStatement {
  readonly runs: number[][] = [];
  private answers: (() => void)[] = [];

  readonly run = async (items: readonly Item[]): Promise<string[]> => {
    this.runs.push(items.map(({ value }) => value));
    await new Promise<void>((resolve) => {
      this.answers.push(resolve);
    });
    return items.map(({ row, value }) => `${row}=${value}`);
  };

  answer(): void {
    this.answers.shift()?.();
  }

  async until(runs: number): Promise<void> {
    while (this.runs.length < runs) await new Promise(setImmediate);
  }
}

/** Some gate of the event loop, in which everything happens that does not wait for something else. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
}

const item = (row: string, value: number): Item => ({ row, value });

/** Statements of two kinds, which take gate with each other and with nobody else's. */
function twoKinds() {
  const gate = new Gate();
  const newKind = () => {
    const held = new HeldStatement();
    return Object.assign(held, { ask: shareStatement({ run: held.run }, gate) });
  };
  return [newKind(), newKind()] as const;
}

describe('a shared statement', () => {
  it('serves those who come while it is under way together, with the next one, and gives each its own result', async () => {
    const held = new HeldStatement();
    const ask = shareStatement({ run: held.run });

    const first = ask(item('a', 1));
    await held.until(1);
    const others = [ask(item('b', 2)), ask(item('c', 3))];
    held.answer();
    await held.until(2);
    held.answer();

    expect(await Promise.all([first, ...others])).toEqual(['a=1', 'b=2', 'c=3']);
    expect(held.runs).toEqual([[1], [2, 3]]);
  });

  it('does not hold up those who come after one that hangs', async () => {
    const held = new HeldStatement();
    const ask = shareStatement({ run: held.run });

    const hanging = ask(item('a', 1));
    await held.until(1);
    const next = ask(item('b', 2));
    await held.until(2);
    held.answer();
    held.answer();

    expect(await Promise.all([hanging, next])).toEqual(['a=1', 'b=2']);
  });

  it('of several rows lets those of other kinds gather until it has ended', async () => {
    const [busy, other] = twoKinds();

    const several = [busy.ask(item('a', 1)), busy.ask(item('b', 2))];
    await busy.until(1);
    const first = other.ask(item('c', 3));
    await idle();
    const second = other.ask(item('d', 4));
    await idle();
    expect(other.runs).toEqual([]);
    busy.answer();
    await other.until(1);
    other.answer();

    expect(await Promise.all([...several, first, second])).toEqual(['a=1', 'b=2', 'c=3', 'd=4']);
    expect(other.runs).toEqual([[3, 4]]);
  });

  it('of a single row holds up no other kind', async () => {
    const [lone, other] = twoKinds();

    const first = lone.ask(item('a', 1));
    await lone.until(1);
    const second = other.ask(item('b', 2));
    await idle();
    expect(other.runs).toEqual([[2]]);
    other.answer();
    lone.answer();

    expect(await Promise.all([first, second])).toEqual(['a=1', 'b=2']);
  });

  it('of several rows that hangs does not hold up other kinds', async () => {
    const [busy, other] = twoKinds();

    const hanging = [busy.ask(item('a', 1)), busy.ask(item('b', 2))];
    await busy.until(1);
    const next = other.ask(item('c', 3));
    await other.until(1);
    other.answer();
    busy.answer();

    expect(await Promise.all([...hanging, next])).toEqual(['a=1', 'b=2', 'c=3']);
  });

  it('never carries two changes of one row at once, and makes them in their order', async () => {
    const run = jest.fn(async (items: readonly Item[]) => Promise.resolve(items.map(({ value }) => value)));
    const ask = shareStatement({ run, rowOf: ({ row }) => row });

    const results = await Promise.all([item('a', 1), item('b', 2), item('a', 3), item('a', 4)].map(ask));

    expect(results).toEqual([1, 2, 3, 4]);
    expect(run.mock.calls.map(([items]) => items.map(({ value }) => value))).toEqual([[1, 2], [3], [4]]);
  });

  it('carries no more than it may', async () => {
    const run = jest.fn(async (items: readonly Item[]) => Promise.resolve(items.map(({ value }) => value)));
    const ask = shareStatement({ run, maxItems: 2 });

    await Promise.all([item('a', 1), item('b', 2), item('c', 3)].map(ask));

    expect(run.mock.calls.map(([items]) => items.length)).toEqual([2, 1]);
  });

  it('lets a refusal of the server be of him alone whom it is about', async () => {
    const refusal = new pg.DatabaseError('duplicate key', 0, 'error');
    const ask = shareStatement({
      run: async (items: readonly Item[]) => {
        if (items.some(({ row }) => row === 'bad')) throw refusal;
        return Promise.resolve(items.map(({ value }) => value));
      },
    });

    const outcomes = await Promise.allSettled([item('a', 1), item('bad', 2), item('c', 3)].map(ask));

    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: refusal },
      { status: 'fulfilled', value: 3 },
    ]);
  });

  it('fails for all when the server is away, and is not tried for each', async () => {
    const run = jest.fn(async (): Promise<number[]> => Promise.reject(new Error('no connection')));
    const ask = shareStatement({ run });

    const outcomes = await Promise.allSettled([item('a', 1), item('b', 2)].map(ask));

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('works again after it has failed', async () => {
    let isAway = true;
    const ask = shareStatement({
      run: async (items: readonly Item[]) => {
        if (isAway) throw new Error('no connection');
        return Promise.resolve(items.map(({ value }) => value));
      },
    });
    await expect(ask(item('a', 1))).rejects.toThrow('no connection');

    isAway = false;

    expect(await ask(item('a', 2))).toBe(2);
  });
});
