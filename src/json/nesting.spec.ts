import { describe, expect, it } from '@jest/globals';
import { isNestedTooDeep } from './nesting.js';

const lists = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('JSON that is nested', () => {
  it.each([null, undefined, 'text', 5, [], {}, { words: [{ text: 'a' }] }, lists(100)])(
    'as deep as answers are is let through (case %#)',
    (value) => {
      expect(isNestedTooDeep(value)).toBe(false);
    },
  );

  it.each([lists(101), lists(200_000), { name: lists(100) }, [1, [2], { a: { b: lists(99) } }]])(
    'deeper is not, however deep (case %#)',
    (value) => {
      expect(isNestedTooDeep(value)).toBe(true);
    },
  );
});
