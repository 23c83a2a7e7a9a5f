/** null means English: the recogniser's own default, and what a project without a wish gets. */
export const DEFAULT_LANGUAGE = 'en';

/** ISO 639 codes with an optional region, as the recogniser knows them (`nl`, `en_us`, `pt-BR`), or detection. */
export const LANGUAGE_PATTERN = /^(?:auto|[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?)$/;

export const MAX_NAME_LENGTH = 200;
/** 1000 hotwords of six long words fit; a book does not. */
export const MAX_PROMPT_LENGTH = 100_000;
