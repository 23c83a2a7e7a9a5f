/** Redis hashes of the baseline: one field for each chunk. */
export const RESULTS_KEY = 'bare:results';
export const SUBMISSIONS_KEY = 'bare:submissions';
/** Lines that the processes print when they are ready. */
export const BARE_LISTENS = 'bare: listening';
export const BARE_WORKS = 'bare: working';
