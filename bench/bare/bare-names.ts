/** What the baseline keeps: a field for each chunk. */
export const RESULTS_KEY = 'bare:results';
export const SUBMISSIONS_KEY = 'bare:submissions';
/** What its processes say when they are ready. */
export const BARE_LISTENS = 'bare: listening';
export const BARE_WORKS = 'bare: working';
