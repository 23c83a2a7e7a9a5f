import { describe, expect, it } from 'vitest';
import type { ConversationItem, Page } from '../../api/types';
import {
  append,
  NO_ROWS,
  pagesOf,
  refresh,
  replaceRow,
  withoutRow,
  type LoadedPage,
  type Rows,
} from './rows';

/** A conversation that was created at that minute. */
function at(minute: number, changes: Partial<ConversationItem> = {}): ConversationItem {
  const createdAt = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  return { id: `c${minute}`, createdAt, title: null, ...changes } as ConversationItem;
}

function page(minutes: number[], nextCursor: string | null = null): Page<ConversationItem> {
  return { data: minutes.map((minute) => at(minute)), nextCursor };
}

const ids = (rows: Rows) => rows.items.map(({ id }) => id);
const twoPages = append(append(NO_ROWS, page([9, 8, 7], 'two')), page([6, 5, 4], 'three'));
const pageAt = (index: number) => twoPages.pages[index] as LoadedPage;

describe('rows of the list', () => {
  it('are extended page by page', () => {
    expect(ids(twoPages)).toEqual(['c9', 'c8', 'c7', 'c6', 'c5', 'c4']);
    expect(twoPages.nextCursor).toBe('three');
    expect(twoPages.pages.map(({ cursor, after }) => [cursor, after?.id])).toEqual([
      [null, undefined],
      ['two', 'c7'],
    ]);
  });

  it('stay when new conversations push them beyond the first page', () => {
    const rows = refresh(twoPages, pageAt(0), page([11, 10, 9], 'other'));
    expect(ids(rows)).toEqual(['c11', 'c10', 'c9', 'c8', 'c7', 'c6', 'c5', 'c4']);
    expect(rows.nextCursor).toBe('three');
  });

  it('disappear when the answer that covers them no longer has them', () => {
    expect(ids(refresh(twoPages, pageAt(0), page([9, 7, 6], 'other')))).toEqual([
      'c9',
      'c7',
      'c6',
      'c5',
      'c4',
    ]);
    expect(ids(refresh(twoPages, pageAt(1), page([6, 4, 3], 'other')))).toEqual([
      'c9',
      'c8',
      'c7',
      'c6',
      'c4',
      'c3',
    ]);
  });

  it('keep the order of the service when they were created in the same millisecond', () => {
    const twins = (...names: string[]) => names.map((id) => at(5, { id }));
    const first = append(NO_ROWS, { data: twins('b', 'a'), nextCursor: 'two' });
    const rows = append(first, { data: twins('d', 'c'), nextCursor: null });
    const refreshed = refresh(rows, rows.pages[0] as LoadedPage, {
      data: twins('b', 'a'),
      nextCursor: 'two',
    });
    expect(ids(refreshed)).toEqual(['b', 'a', 'd', 'c']);
    expect(pagesOf(rows, new Set(['d'])).map(({ cursor }) => cursor)).toEqual(['two']);
  });

  it('end with the answer that is the last page', () => {
    const rows = refresh(twoPages, pageAt(0), page([9]));
    expect(ids(rows)).toEqual(['c9']);
    expect(rows.nextCursor).toBeNull();
    expect(ids(refresh(twoPages, pageAt(0), page([])))).toEqual([]);
  });

  it('continue after a page that has become full', () => {
    const one = append(NO_ROWS, page([2, 1]));
    expect(refresh(one, one.pages[0] as LoadedPage, page([4, 3, 2], 'more')).nextCursor).toBeNull();
    const none = append(NO_ROWS, page([]));
    expect(refresh(none, none.pages[0] as LoadedPage, page([4, 3, 2], 'more')).nextCursor).toBe('more');
  });

  it('are found on their page, and unknown ones on the first', () => {
    const found = (...wanted: string[]) => pagesOf(twoPages, new Set(wanted)).map(({ cursor }) => cursor);
    expect(found('c5')).toEqual(['two']);
    expect(found('c7')).toEqual([null]);
    expect(found('c6', 'c9')).toEqual([null, 'two']);
    expect(found('new')).toEqual([null]);
    expect(found()).toEqual([]);
  });

  it('are replaced and removed after a write', () => {
    const renamed = replaceRow(twoPages, at(8, { title: 'Bridge' }));
    expect(renamed.items[1]?.title).toBe('Bridge');
    expect(ids(withoutRow(twoPages, 'c9'))[0]).toBe('c8');
  });
});
