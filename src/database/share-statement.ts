import { asError } from '../errors/error-message.js';
import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises';
import DataLoader from 'dataloader';
import pg from 'pg';

/** Longest wait for the previous caller; a caller that hangs is overtaken. */
const MAX_WAIT_MS = 100;

/** Lets callers through one at a time, in the order of their arrival. */
export class Gate {
  private last: Promise<void> | undefined;

  /**
   * Resolves when the previous caller has left: at once when there is none, after 100 ms at the
   * latest.
   *
   * @returns a function that releases the gate for the next caller; calling it twice is harmless
   */
  async enter(): Promise<() => void> {
    const before = this.last;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    }).then(() => {
      if (this.last === released) this.last = undefined;
    });
    this.last = released;
    if (before !== undefined) await Promise.race([before, pause(MAX_WAIT_MS, undefined, { ref: false })]);
    return release;
  }
}

/**
 * Limits the size of one statement, with texts of an hour's recording, and how long it holds locks.
 */
const DEFAULT_MAX_ITEMS = 100;
/** Shared by every statement of this process, which has one database. */
const BUSY_GATE = new Gate();

export interface SharedStatement<Item, Result> {
  /** Executes the statement for all items. @returns a result for each, in their order */
  run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Names the row of an item. Changes of one row never share an execution: each sees the last. */
  rowOf?: (item: Item) => string;
  /** At least 1. */
  maxItems?: number;
}

/** Functions that release the two gates that a running batch holds. */
interface HeldGates {
  /** The gate of its own statement. */
  own: () => void;
  /** The gate that all statements share. */
  busy: () => void;
}

/**
 * Makes a function that executes one statement for several callers at once. Callers that arrive
 * together, or while the statement runs, share the next execution. A single caller waits for one
 * iteration of the event loop. Under load, one execution serves a dozen callers at a fraction of
 * the cost of a dozen executions.
 *
 * A batch of several rows is a sign of load: while it runs, other statements gather their callers
 * as well (`busyGate`). A batch of one row delays only its own statement. A batch that hangs delays
 * the next one by 100 ms, or by 200 ms when both gates have to be waited for.
 *
 * A caller resumes when its own row is committed. When the server refuses a batch, each row is
 * executed alone, so that one caller's error does not fail the others.
 *
 * @param busyGate shared by the statements that gather together
 */
export function shareStatement<Item, Result>(
  statement: SharedStatement<Item, Result>,
  busyGate = BUSY_GATE,
): (item: Item) => Promise<Result> {
  const ownGate = new Gate();
  let held: HeldGates;
  const enter = async (): Promise<HeldGates> => {
    const own = await ownGate.enter();
    const busy = await busyGate.enter();
    // Answers that have arrived are handled first: they bring more callers for this batch.
    await immediate();
    return { own, busy };
  };
  const loader = new DataLoader<Item, Result>(
    (items) => {
      const { own, busy } = held;
      if (items.length === 1) busy();
      const answered = runByRow(statement, items);
      void Promise.allSettled([answered]).then(() => {
        own();
        busy();
      });
      return answered;
    },
    {
      cache: false,
      maxBatchSize: statement.maxItems ?? DEFAULT_MAX_ITEMS,
      batchScheduleFn: (dispatch) => {
        void enter().then((entered) => {
          held = entered;
          dispatch();
        });
      },
    },
  );
  return (item) => loader.load(item);
}

/**
 * Makes a function that reads one row by its id, several callers with one statement (see
 * shareStatement).
 *
 * @param read returns the rows of these ids that exist, in any order
 * @returns reads one row; undefined when it does not exist
 */
export function shareRead<Row>(
  read: (ids: readonly string[]) => Promise<readonly Row[]>,
  idOf: (row: Row) => string,
): (id: string) => Promise<Row | undefined> {
  const reading = shareStatement<string, Row | undefined>({
    run: async (ids) => {
      const rows = new Map((await read(ids)).map((row) => [idOf(row), row]));
      return ids.map((id) => rows.get(id));
    },
  });
  // PostgreSQL returns a UUID in lower case, whatever case it was asked for in.
  return (id) => reading(id.toLowerCase());
}

type Answer<Result> = Result | Error;

/** Executes the first item of each row together, and then the other items. */
async function runByRow<Item, Result>(
  statement: SharedStatement<Item, Result>,
  items: readonly Item[],
): Promise<Answer<Result>[]> {
  const { rowOf } = statement;
  if (rowOf === undefined) return runTogether(statement, items);
  const rows = new Set<string>();
  const isFirst = items.map((item) => rows.size < rows.add(rowOf(item)).size);
  if (rows.size === items.length) return runTogether(statement, items);
  const firsts = await runTogether(
    statement,
    items.filter((_item, index) => isFirst[index]),
  );
  const others = await runByRow(
    statement,
    items.filter((_item, index) => !isFirst[index]),
  );
  return isFirst.map((first) => (first ? firsts : others).shift() as Answer<Result>);
}

async function runTogether<Item, Result>(
  { run }: SharedStatement<Item, Result>,
  items: readonly Item[],
): Promise<Answer<Result>[]> {
  try {
    return [...(await run(items))];
  } catch (error) {
    if (items.length === 1 || !(error instanceof pg.DatabaseError)) throw error;
    const alone = await Promise.allSettled(items.map((item) => run([item])));
    return alone.map((outcome) =>
      outcome.status === 'fulfilled' ? (outcome.value[0] as Result) : asError(outcome.reason),
    );
  }
}
