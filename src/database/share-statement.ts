import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises';
import DataLoader from 'dataloader';
import pg from 'pg';

/** Limit of one turn: a turn that takes longer, or never ends, is passed over. */
const MAX_WAIT_MS = 100;

/** One after the other, in the order in which they came. */
export class Turns {
  private last: Promise<void> | undefined;

  /**
   * Resolves when it is the caller's turn, at once when it is nobody else's; 100 ms later at the latest, so that nobody has to wait
   * for one that hangs.
   *
   * @returns ends the turn; calling it twice is harmless
   */
  async take(): Promise<() => void> {
    const before = this.last;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    }).then(() => {
      if (this.last === ended) this.last = undefined;
    });
    this.last = ended;
    if (before !== undefined) await Promise.race([before, pause(MAX_WAIT_MS, undefined, { ref: false })]);
    return end;
  }
}

/** Bounds what one statement carries, texts of an hour's recording included, and how long it holds its locks. */
const DEFAULT_MAX_ITEMS = 100;
/** Of all shared statements of the process, which has one database. */
const BUSY_TURNS = new Turns();

export interface SharedStatement<Item, Result> {
  /** Executes the statement for all of them. @returns a result for each, in their order */
  run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** For a statement that changes rows: those of one row are never in one statement, and the later sees what the earlier did. */
  rowOf?: (item: Item) => string;
  /** 1 or more. */
  maxItems?: number;
}

/** Ends it among those of one kind, and of all kinds. */
interface Turn {
  own: () => void;
  busy: () => void;
}

/**
 * Lets those who want the same of different rows share a statement: those that come together, or while one is under way, go with
 * the next. Alone, nobody waits for longer than a turn of the event loop; under load a statement serves a dozen, at a small part
 * of what a dozen would cost.
 *
 * A statement of several rows is a sign of load: while one is under way, those of other kinds gather too. One of a single row
 * holds up nobody but its own kind, so a job without company meets no other's. One that hangs holds up the next for 100 ms, and one
 * of several rows the next of its own kind for twice that, as it is waited for in both turns.
 *
 * Each caller goes on when its own is committed. What the server refuses for all is tried for each alone, so that a fault of one
 * is nobody else's.
 *
 * @param busyTurns those of the statements that gather together
 */
export function shareStatement<Item, Result>(
  statement: SharedStatement<Item, Result>,
  busyTurns = BUSY_TURNS,
): (item: Item) => Promise<Result> {
  const ownTurns = new Turns();
  let turn: Turn;
  const take = async (): Promise<Turn> => {
    const own = await ownTurns.take();
    const busy = await busyTurns.take();
    // What has arrived together is handled first: answers that are there already bring more who want the same.
    await immediate();
    return { own, busy };
  };
  const loader = new DataLoader<Item, Result>(
    (items) => {
      const { own, busy } = turn;
      if (items.length === 1) busy();
      const answered = runApart(statement, items);
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
        void take().then((taken) => {
          turn = taken;
          dispatch();
        });
      },
    },
  );
  return (item) => loader.load(item);
}

/**
 * Reads rows by their ids, those that are asked for at once with one statement (see shareStatement).
 *
 * @param read the rows of these ids that there are, in any order
 * @returns a function that reads one of them; undefined where there is none
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
  // PostgreSQL writes the letters of a UUID small, whoever asks with whatever letters.
  return (id) => reading(id.toLowerCase());
}

type Answer<Result> = Result | Error;

/** Runs the first of each row together, and then what is left. */
async function runApart<Item, Result>(
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
  const others = await runApart(
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

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
