import { describe, expect, it } from 'vitest';
import { ServiceApiError } from '../service/service-api.js';
import { throughOutages, untilSettled, type ChunkFacts } from './follow-chunks.js';

const chunk = (id: string, status: ChunkFacts['status']): ChunkFacts => ({
  id,
  status,
  error: null,
  errorCode: null,
});

describe('following chunks', () => {
  const follow = async (answers: ChunkFacts[][], options: { awaited?: string[]; isOver?: boolean } = {}) => {
    const states: string[] = [];
    const over = new AbortController();
    if (options.isOver === true) over.abort();
    const chunks = await untilSettled({
      read: () => Promise.resolve(answers.shift() ?? []),
      onState: (id, status) => states.push(`${id} ${status}`),
      awaited: () => options.awaited,
      signal: over.signal,
    });
    return { states, chunks };
  };

  it('reports each state once, and ends with the last chunk', async () => {
    const ends = [chunk('a', 'completed'), chunk('b', 'failed')];
    const { states, chunks } = await follow(
      [[chunk('a', 'queued')], [chunk('a', 'queued'), chunk('b', 'transcribing')], ends, []],
      { awaited: ['a', 'b'] },
    );

    expect(states).toEqual(['a queued', 'b transcribing', 'a completed', 'b failed']);
    expect(chunks).toEqual(ends);
  });

  it('ends at once when there is nothing to wait for, or nobody waits any more', async () => {
    expect((await follow([[]], { awaited: [] })).chunks).toEqual([]);
    expect((await follow([[chunk('a', 'queued')]], { isOver: true })).states).toEqual(['a queued']);
  });
});

describe('reading through outages', () => {
  const failing = (status: number | undefined) => {
    const answer = status === undefined ? undefined : { status, problems: [], code: undefined };
    const errors = [new ServiceApiError('failed', answer)];
    return throughOutages(() => {
      const error = errors.pop();
      return error === undefined ? Promise.resolve('read') : Promise.reject(error);
    });
  };

  it.each([undefined, 500, 503])('reads again after %s', async (status) => {
    expect(await failing(status)).toBe('read');
  });

  it.each([401, 404])('gives up at %i, which does not pass', async (status) => {
    await expect(failing(status)).rejects.toThrow('failed');
  });
});
