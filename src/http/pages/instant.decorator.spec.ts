import { describe, expect, it } from 'vitest';
import { parseInstant } from './instant.decorator.js';

describe('a moment in a query', () => {
  it.each([
    ['2025-11-22', '2025-11-22T00:00:00.000Z'],
    ['2025-11-22T10:00Z', '2025-11-22T10:00:00.000Z'],
    ['2025-11-22T10:00:00.123456Z', '2025-11-22T10:00:00.123Z'],
    ['2025-11-22T00:30:00+01:00', '2025-11-21T23:30:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('is read: %s', (text, instant) => {
    expect(parseInstant(text)?.toISOString()).toBe(instant);
  });

  it.each([
    '',
    'yesterday',
    '22-11-2025',
    '2025-02-30',
    '2025-13-01',
    '2025-11-22T10:00:00',
    '2025-11-22 10:00:00Z',
    '2025-11-22T24:00:00Z',
    '2025-11-22T10:00:00 01:00',
    '1764237600',
    5,
    ['2025-11-22'],
    undefined,
  ])('is refused: %s', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
