import { describe, expect, it } from 'vitest';
import { addCounts, countMarkers } from './count-markers.js';

describe('countMarkers', () => {
  it.each<[string, Record<string, number>]>([
    ['', {}],
    ['nothing <here> to_count redacted_name', {}],
    ['<redacted_name> and <redacted_name>, <redacted_email>', { name: 2, email: 1 }],
    ['<redacted_<redacted_phone>>', { phone: 1 }],
    ['<redacted_jan_de_vries> <redacted_x>', { other: 2 }],
    ['<redacted_constructor> <redacted___proto__>', { other: 2 }],
  ])('counts by kind, and unknown kinds as other: %j', (text, counts) => {
    expect(countMarkers(text)).toEqual(counts);
  });
});

describe('addCounts', () => {
  it('sums the counts by kind', () => {
    expect(addCounts([])).toEqual({});
    expect(addCounts([{ name: 1 }, { name: 2, email: 1 }, {}])).toEqual({ name: 3, email: 1 });
  });
});
