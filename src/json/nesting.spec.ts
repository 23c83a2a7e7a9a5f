import { describe, expect, it } from 'vitest';
import { isNestedTooDeep } from './nesting.js';

const lists = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('isNestedTooDeep', () => {
  it.each([null, undefined, 'text', 5, [], {}, { words: [{ text: 'a' }] }, lists(100)])(
    'is false up to 100 levels (case %#)',
    (value) => {
      expect(isNestedTooDeep(value)).toBe(false);
    },
  );

  it.each([lists(101), lists(200_000), { name: lists(100) }, [1, [2], { a: { b: lists(99) } }]])(
    'is true for more levels, however many (case %#)',
    (value) => {
      expect(isNestedTooDeep(value)).toBe(true);
    },
  );
});
