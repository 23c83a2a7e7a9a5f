import { describe, expect, it } from 'vitest';
import { addressOf, apiQueryOf, filtersOf, isFiltered, NO_FILTERS, type Filters } from './filters';

const ALL: Filters = {
  q: 'bridge & ramp',
  projectId: '0199b2a4-0000-7000-8000-000000000000',
  status: 'finished',
  from: '2026-03-01',
  to: '2026-03-31',
};

describe('filters of the list', () => {
  it('come back from the address they were put into', () => {
    const query = Object.fromEntries(new URL(addressOf(ALL), 'http://localhost').searchParams);
    expect(filtersOf(query)).toEqual(ALL);
  });

  it('leave the address bare when there are none', () => {
    expect(addressOf(NO_FILTERS)).toBe('/');
    expect(isFiltered(NO_FILTERS)).toBe(false);
    expect(isFiltered({ ...NO_FILTERS, q: '  ' })).toBe(false);
    expect(isFiltered(ALL)).toBe(true);
  });

  it('ignore states and days that do not exist', () => {
    expect(filtersOf({ status: 'lost', from: 'yesterday', to: '2026-13-40' })).toEqual(NO_FILTERS);
  });

  it('do not search for punctuation alone, which the API refuses', () => {
    expect(apiQueryOf({ ...NO_FILTERS, q: ' -! ' }).q).toBe('');
    expect(apiQueryOf({ ...NO_FILTERS, q: ' brug! ' }).q).toBe('brug!');
  });

  it('ask for whole days of the reader, the last one included', () => {
    const { createdAfter, createdBefore } = apiQueryOf(ALL);
    expect(createdAfter).toBe(new Date(2026, 2, 1).toISOString());
    expect(createdBefore).toBe(new Date(2026, 3, 1).toISOString());
  });
});
