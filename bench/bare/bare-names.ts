/** What the baseline keeps: a field for each chunk. */
export const RESULTS_KEY = 'bare:results';
export const SUBMISSIONS_KEY = 'bare:submissions';
/** Where it keeps them when it has a record: a row for each chunk. */
export const RECORD_TABLE = 'bare_chunks';
/** The state of a row whose chunk has its final text. */
export const DONE = 'completed';
/** What its processes say when they are ready. */
export const BARE_LISTENS = 'bare: listening';
export const BARE_WORKS = 'bare: working';
