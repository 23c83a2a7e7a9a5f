import { describe, expect, it, vi } from 'vitest';
import pg from 'pg';
import { shareStatement, Gate } from './share-statement.js';

interface Item {
  row: string;
  value: number;
}

/** A statement that returns when the test says so, and records the items of each execution. */
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

/** Waits for some iterations of the event loop: everything happens that waits for nothing else. */
async function idle(): Promise<void> {
  for (let iteration = 0; iteration < 10; iteration += 1) await new Promise(setImmediate);
}

const item = (row: string, value: number): Item => ({ row, value });

/** Two statements that share a gate with each other only. */
function twoStatements() {
  const gate = new Gate();
  const newStatement = () => {
    const held = new HeldStatement();
    return Object.assign(held, { ask: shareStatement({ run: held.run }, gate) });
  };
  return [newStatement(), newStatement()] as const;
}

describe('a shared statement', () => {
  it('serves callers that arrive while it runs by one further execution, and returns to each its own result', async () => {
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

  it('does not block later callers when an execution hangs', async () => {
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

  it('with several rows makes other statements gather their callers until it ends', async () => {
    const [busy, other] = twoStatements();

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

  it('with a single row does not delay other statements', async () => {
    const [lone, other] = twoStatements();

    const first = lone.ask(item('a', 1));
    await lone.until(1);
    const second = other.ask(item('b', 2));
    await idle();
    expect(other.runs).toEqual([[2]]);
    other.answer();
    lone.answer();

    expect(await Promise.all([first, second])).toEqual(['a=1', 'b=2']);
  });

  it('with several rows that hangs does not block other statements', async () => {
    const [busy, other] = twoStatements();

    const hanging = [busy.ask(item('a', 1)), busy.ask(item('b', 2))];
    await busy.until(1);
    const next = other.ask(item('c', 3));
    await other.until(1);
    other.answer();
    busy.answer();

    expect(await Promise.all([...hanging, next])).toEqual(['a=1', 'b=2', 'c=3']);
  });

  it('never makes two changes of one row in one execution, and keeps their order', async () => {
    const run = vi.fn(async (items: readonly Item[]) => Promise.resolve(items.map(({ value }) => value)));
    const ask = shareStatement({ run, rowOf: ({ row }) => row });

    const results = await Promise.all([item('a', 1), item('b', 2), item('a', 3), item('a', 4)].map(ask));

    expect(results).toEqual([1, 2, 3, 4]);
    expect(run.mock.calls.map(([items]) => items.map(({ value }) => value))).toEqual([[1, 2], [3], [4]]);
  });

  it('executes at most `maxItems` items at once', async () => {
    const run = vi.fn(async (items: readonly Item[]) => Promise.resolve(items.map(({ value }) => value)));
    const ask = shareStatement({ run, maxItems: 2 });

    await Promise.all([item('a', 1), item('b', 2), item('c', 3)].map(ask));

    expect(run.mock.calls.map(([items]) => items.length)).toEqual([2, 1]);
  });

  it('fails only for the caller whose row the server refuses', async () => {
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

  it('fails for all callers when the server is unavailable, and does not try each row', async () => {
    const run = vi.fn(async (): Promise<number[]> => Promise.reject(new Error('no connection')));
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
