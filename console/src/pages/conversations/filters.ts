import type { Query } from '../../api/client';
import type { ConversationStatus } from '../../api/types';

/** Filters of the list, kept in the page's address. An empty text filters nothing. */
export interface Filters {
  /** Words of the title, the external id or the transcript. */
  q: string;
  projectId: string;
  status: ConversationStatus | '';
  /** First and last day, as `2026-01-31`, in the reader's time zone. */
  from: string;
  to: string;
}

export const STATUSES: readonly ConversationStatus[] = ['open', 'finished', 'finalized'];

export const NO_FILTERS: Filters = { q: '', projectId: '', status: '', from: '', to: '' };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Reads the filters of an address; what nobody could have chosen is left out. */
export function filtersOf(query: Readonly<Record<string, string | undefined>>): Filters {
  const status = STATUSES.find((known) => known === query.status) ?? '';
  return {
    q: query.q ?? '',
    projectId: query.project ?? '',
    status,
    from: dayOf(query.from),
    to: dayOf(query.to),
  };
}

/** Returns the address of the list with these filters. */
export function addressOf({ q, projectId, status, from, to }: Filters): string {
  const entries = Object.entries({ q: q.trim(), project: projectId, status, from, to });
  const search = new URLSearchParams(entries.filter(([, value]) => value !== '')).toString();
  return search === '' ? '/' : `/?${search}`;
}

/** Returns the parameters of `GET /api/conversations`. */
export function apiQueryOf({ q, projectId, status, from, to }: Filters): Query {
  return {
    // The API refuses a search without any letter or digit.
    q: /[\p{L}\p{N}]/u.test(q) ? q.trim() : '',
    projectId,
    status,
    createdAfter: from === '' ? undefined : startOfDay(from).toISOString(),
    createdBefore: to === '' ? undefined : startOfDay(to, 1).toISOString(),
  };
}

export function isFiltered(filters: Filters): boolean {
  return addressOf(filters) !== '/';
}

function dayOf(text: string | undefined): string {
  return text !== undefined && DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : '';
}

/** The calendar counts the days, as some have 23 or 25 hours. */
function startOfDay(day: string, daysLater = 0): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater);
}
