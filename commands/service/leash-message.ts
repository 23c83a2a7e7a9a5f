/** Message to the parent, sent once: a request has reached the service. */
export const REACHED = 'reached';
