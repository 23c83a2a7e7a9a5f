import { describe, expect, it } from 'vitest';
import { renderTable } from './table.js';

describe('a table', () => {
  it('is as wide as its widest cells, with numbers to the right and text to the left', () => {
    const text = renderTable({
      columns: ['strategy', 'ms', 'note'],
      rows: [
        ['webhook', 12.5, 'a'],
        ['polling', 1_000, ''],
      ],
    });
    expect(text.split('\n')).toEqual([
      'strategy    ms  note',
      '--------  ----  ----',
      'webhook   12.5  a',
      'polling   1000',
      '',
    ]);
  });
});
