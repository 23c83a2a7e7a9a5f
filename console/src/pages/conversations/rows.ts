import type { ConversationItem, Page } from '../../api/types';

/** A page of the list that was loaded: where it begins, and the cursor that asks for it. */
export interface LoadedPage {
  cursor: string | null;
  /** Row before its first one; null for the first page. */
  after: ConversationItem | null;
}

/** The list as far as it is loaded, newest first. */
export interface Rows {
  items: readonly ConversationItem[];
  pages: readonly LoadedPage[];
  /** Asks for the next page; null at the end. */
  nextCursor: string | null;
}

export const NO_ROWS: Rows = { items: [], pages: [], nextCursor: null };

/** Adds the next page. */
export function append(rows: Rows, { data, nextCursor }: Page<ConversationItem>): Rows {
  const page: LoadedPage = { cursor: rows.nextCursor, after: rows.items.at(-1) ?? null };
  const known = new Set(rows.items.map(({ id }) => id));
  return {
    items: [...rows.items, ...data.filter(({ id }) => !known.has(id))],
    pages: [...rows.pages, page],
    nextCursor,
  };
}

/**
 * Replaces what a repeated request for a page covers: from the row before the page to the last row
 * of the answer. New conversations push rows of the first page beyond its end; these stay.
 */
export function refresh(rows: Rows, page: LoadedPage, answer: Page<ConversationItem>): Rows {
  const { items } = rows;
  const last = answer.data.at(-1);
  const isLastPage = answer.nextCursor === null;
  const answered = new Set(answer.data.map(({ id }) => id));
  const others = (part: readonly ConversationItem[]) => part.filter(({ id }) => !answered.has(id));
  const above = others(items.slice(0, startOf(items, page)));
  const below = isLastPage || last === undefined ? [] : others(items.slice(indexBelow(items, last)));
  const isSinglePage = rows.pages.length === 1;
  return {
    items: [...above, ...answer.data, ...below],
    pages: rows.pages,
    // With rows left below, the cursor that follows them is still the right one.
    nextCursor: isLastPage || (isSinglePage && below.length === 0) ? answer.nextCursor : rows.nextCursor,
  };
}

/** Returns the pages that show these conversations; an unknown one may be new on the first page. */
export function pagesOf(rows: Rows, ids: ReadonlySet<string>): LoadedPage[] {
  const { items, pages } = rows;
  const starts = pages.map((page) => startOf(items, page));
  const shown = items.flatMap(({ id }, index) => (ids.has(id) ? [index] : []));
  const hasUnknown = shown.length < ids.size;
  return pages.filter((_page, number) => {
    const [start = 0, end = items.length] = starts.slice(number);
    return shown.some((index) => index >= start && index < end) || (hasUnknown && number === 0);
  });
}

/** Replaces a row by what a write has returned; texts of the whole conversation are left out. */
export function replaceRow(rows: Rows, changed: ConversationItem): Rows {
  return {
    ...rows,
    items: rows.items.map((item) => (item.id === changed.id ? { ...item, ...changed } : item)),
  };
}

export function withoutRow(rows: Rows, id: string): Rows {
  return { ...rows, items: rows.items.filter((item) => item.id !== id) };
}

function startOf(items: readonly ConversationItem[], { after }: LoadedPage): number {
  return after === null ? 0 : indexBelow(items, after);
}

/**
 * Returns the index of the first row below a row, which may be gone. Only then the times decide:
 * the service compares microseconds, which they do not have.
 */
function indexBelow(items: readonly ConversationItem[], row: ConversationItem): number {
  const own = items.findIndex(({ id }) => id === row.id);
  if (own >= 0) return own + 1;
  const next = items.findIndex((item) => isBelow(item, row));
  return next < 0 ? items.length : next;
}

function isBelow(item: ConversationItem, other: ConversationItem): boolean {
  const [one, two] = [Date.parse(item.createdAt), Date.parse(other.createdAt)];
  return one === two ? item.id < other.id : one < two;
}
