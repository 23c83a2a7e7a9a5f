/** A JSON object whose fields have not been checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Treats any value that is not an object as an empty one. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** Whether a request has this field: the official packages send null for one that is not set. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
