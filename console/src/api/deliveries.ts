import { request } from './client';
import type { Delivery, DeliveryStatus } from './operation-types';
import type { Page } from './types';

/** Rows of one answer; each has all its attempts. */
const PAGE_SIZE = 50;

export interface Deliveries {
  rows: Delivery[];
  hasMore: boolean;
}

/**
 * Loads the newest deliveries of all projects.
 *
 * @param wanted number of rows, in steps of a page
 */
export async function loadDeliveries(
  status: DeliveryStatus | '',
  wanted: number,
  signal: AbortSignal,
): Promise<Deliveries> {
  const rows: Delivery[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Delivery> = await request('event-deliveries', {
      query: { status, limit: PAGE_SIZE, cursor },
      signal,
    });
    rows.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < wanted);
  return { rows, hasMore: cursor !== null };
}

/** Sends an event again, whatever its state. */
export async function resend(id: string): Promise<void> {
  await request(`event-deliveries/${id}/resend`, { method: 'POST' });
}
