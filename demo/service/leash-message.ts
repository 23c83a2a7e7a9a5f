/** What the leash tells the parent, once: a request has reached the service. */
export const REACHED = 'reached';
