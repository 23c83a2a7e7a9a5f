import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises';
import DataLoader from 'dataloader';
import pg from 'pg';

/** A statement that hangs does not hold up those after it. */
const MAX_WAIT_MS = 100;
/** Bounds what one statement carries, texts of an hour's recording included, and how long it holds its locks. */
const DEFAULT_MAX_ITEMS = 100;

export interface SharedStatement<Item, Result> {
  /** Executes the statement for all of them. @returns a result for each, in their order */
  run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** For a statement that changes rows: those of one row are never in one statement, and the later sees what the earlier did. */
  rowOf?: (item: Item) => string;
  /** 1 or more. */
  maxItems?: number;
}

/**
 * Lets those who want the same of different rows share a statement: those that come together, or while one is under way, go with
 * the next. Alone, nobody waits for longer than a turn of the event loop; under load a statement serves a dozen, at a small part
 * of what a dozen would cost.
 *
 * Each caller goes on when its own is committed. What the server refuses for all is tried for each alone, so that a fault of one
 * is nobody else's.
 */
export function shareStatement<Item, Result>(
  statement: SharedStatement<Item, Result>,
): (item: Item) => Promise<Result> {
  let underWay: Promise<unknown> | undefined;
  const turn = async (): Promise<void> => {
    if (underWay !== undefined) await Promise.race([underWay, pause(MAX_WAIT_MS, undefined, { ref: false })]);
    // What has arrived together is handled first: answers that are there already bring more who want the same.
    await immediate();
  };
  const loader = new DataLoader<Item, Result>(
    (items) => {
      const answered = runApart(statement, items);
      const ended = Promise.allSettled([answered]).then(() => {
        if (underWay === ended) underWay = undefined;
      });
      underWay = ended;
      return answered;
    },
    {
      cache: false,
      maxBatchSize: statement.maxItems ?? DEFAULT_MAX_ITEMS,
      batchScheduleFn: (dispatch) => {
        void turn().then(dispatch);
      },
    },
  );
  return (item) => loader.load(item);
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
