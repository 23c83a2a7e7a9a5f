import { describe, expect, it } from 'vitest';
import { bytes } from './bytes';

describe('a number of bytes', () => {
  it.each([
    [0, '0 byte'],
    [999, '999 byte'],
    [1_000, '1 kB'],
    [362_812, '362.8 kB'],
    [2_200_000_000, '2.2 GB'],
    [5_000_000_000_000, '5,000 GB'],
  ])('%i reads %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });
});
