import { describe, expect, it } from 'vitest';
import { BoundedLog } from './bounded-log.js';

describe('a bounded log', () => {
  it('keeps the newest entries, its limit at least and a tenth more at most', () => {
    const log = new BoundedLog<number>(100);
    for (let entry = 0; entry < 1000; entry += 1) {
      log.push(entry);
      expect(log.entries.length).toBeLessThanOrEqual(110);
      expect(log.entries.length).toBeGreaterThanOrEqual(Math.min(entry + 1, 100));
      expect(log.entries.at(-1)).toBe(entry);
    }
  });

  it('drops the details of each entry that exceeds the detail limit', () => {
    const log = new BoundedLog<{ detail: string }>(100, {
      limit: 2,
      drop: (entry) => {
        entry.detail = '';
      },
    });
    for (const detail of ['a', 'b', 'c', 'd']) {
      log.push({ detail });
    }
    expect(log.entries.map(({ detail }) => detail)).toEqual(['', '', 'c', 'd']);
  });
});
