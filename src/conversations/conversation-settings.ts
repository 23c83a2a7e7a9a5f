/** null means English: the recogniser's own default, and what a project without a wish gets. */
export const DEFAULT_LANGUAGE = 'en';

export const MAX_NAME_LENGTH = 200;
/** 1000 hotwords of six long words fit; a book does not. */
export const MAX_PROMPT_LENGTH = 100_000;
