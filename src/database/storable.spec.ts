import { describe, expect, it } from 'vitest';
import { storableJson, storableText } from './storable.js';

describe('text as PostgreSQL can store it', () => {
  it.each([
    ['loses NUL', 'one\u0000two', 'onetwo'],
    ['loses the first half of a character alone', 'one\ud83dtwo', 'onetwo'],
    ['loses the second half of a character alone', 'one\ude00two', 'onetwo'],
    ['keeps whole characters of any plane', 'één 😀 Київ', 'één 😀 Київ'],
    ['keeps tabs and line breaks', 'one\ttwo\r\nthree', 'one\ttwo\r\nthree'],
  ])('%s', (_rule, text, stored) => {
    expect(storableText(text)).toBe(stored);
  });
});

describe('JSON as PostgreSQL can store it', () => {
  it('loses the same, however deep it lies', () => {
    const value = { text: 'a\u0000', words: [{ text: '\ud83db' }, null, 1.5, true] };

    expect(JSON.parse(storableJson(value))).toEqual({ text: 'a', words: [{ text: 'b' }, null, 1.5, true] });
  });

  it('keeps escaped backslashes before letters that look like an escape', () => {
    const value = { text: '\\\\u0000 \\ud83d', odd: '\\\0\\u0000', many: '\\'.repeat(1_001) + '\0' };

    expect(JSON.parse(storableJson(value))).toEqual({
      text: '\\\\u0000 \\ud83d',
      odd: '\\\\u0000',
      many: '\\'.repeat(1_001),
    });
  });

  it('survives a run of millions of backslashes', () => {
    const text = '\\'.repeat(5_000_000);

    expect(JSON.parse(storableJson({ text }))).toEqual({ text });
  });

  it('keeps numbers as they are', () => {
    expect(storableJson({ confidence: 0.1, start: 0 })).toBe('{"confidence":0.1,"start":0}');
  });
});
