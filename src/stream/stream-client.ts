import type { ServerResponse } from 'node:http';
import type { ChangeListener } from './change-reader.js';
import type { Change, ChangePage } from './changes.repository.js';
import { type Cursor, formatCursor, isAfter } from './cursor.js';

/** Pause of a browser before it connects again. */
const RETRY_MS = 2_000;
/**
 * Bytes that may wait for a client that does not read, beyond the buffers of the system: some
 * thousand changes. A client that is further behind is disconnected, and gets the rest when it
 * connects again.
 */
const MAX_PENDING_BYTES = 262_144;

export interface ChangeFilter {
  projectId?: string;
  conversationId?: string;
}

/** Writes the changes that a client wants, as server-sent events, to its connection. */
export class StreamClient implements ChangeListener {
  private sentUpTo: Cursor | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly filter: ChangeFilter,
  ) {}

  get isClosed(): boolean {
    return this.response.destroyed || this.response.writableEnded;
  }

  /** Sends how to connect again, and from where. */
  open(position: Cursor): void {
    this.sentUpTo = position;
    this.write(`retry: ${RETRY_MS}\n${idLine(position)}\n`);
  }

  /** Sends the changes of a page that the client does not have yet. */
  onPage(page: ChangePage): void {
    if (page.isIncomplete) {
      this.reset(page.end);
      return;
    }
    const sentUpTo = this.sentUpTo;
    const wanted = page.changes.filter(
      (change) => (sentUpTo === undefined || isAfter(change.cursor, sentUpTo)) && this.wants(change),
    );
    if (sentUpTo === undefined || isAfter(page.end, sentUpTo)) this.sentUpTo = page.end;
    if (wanted.length > 0) this.write(wanted.map(eventOf).join(''));
  }

  /** Tells the client to load everything again, as changes before the position may be missing. */
  reset(position: Cursor): void {
    this.sentUpTo = position;
    this.write(`event: reset\n${idLine(position)}data: {}\n\n`);
  }

  /**
   * Shows that the connection is alive. The id without data moves the place from which the client
   * would go on, although nothing has happened.
   */
  beat(): void {
    this.write(`:\n${this.sentUpTo === undefined ? '' : idLine(this.sentUpTo)}\n`);
  }

  /** Resolves when all that was written is in the buffers of the system, or nobody reads it. */
  async drained(): Promise<void> {
    if (this.isClosed || !this.response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      this.response.once('drain', resolve).once('close', resolve);
    });
  }

  end(): void {
    this.response.end();
  }

  /** Does not wait for a client that does not read. */
  endAtOnce(): void {
    const isSlow = this.response.writableNeedDrain;
    this.response.end();
    if (isSlow) this.response.destroy();
  }

  private write(text: string): void {
    if (this.isClosed) return;
    this.response.write(text);
    if (this.response.writableLength > MAX_PENDING_BYTES) this.response.destroy();
  }

  private wants({ projectId, conversationId }: Change): boolean {
    const { filter } = this;
    return (
      (filter.projectId === undefined || filter.projectId === projectId) &&
      (filter.conversationId === undefined || filter.conversationId === conversationId)
    );
  }
}

const written = new WeakMap<Change, string>();

/** Clients share the text of an event. */
function eventOf(change: Change): string {
  const known = written.get(change);
  if (known !== undefined) return known;
  const { cursor, kind, ...data } = change;
  const text = `event: ${kind}\n${idLine(cursor)}data: ${JSON.stringify(data)}\n\n`;
  written.set(change, text);
  return text;
}

function idLine(position: Cursor): string {
  return `id: ${formatCursor(position)}\n`;
}
