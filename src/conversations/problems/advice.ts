import type { ProblemKind } from '../../chunks/problems.repository.js';

/** Advice to an operator on errors with these codes; docs/operations.md has the same. */
export interface Advice {
  codes: readonly string[];
  advice: string;
}

const FAILED: readonly Advice[] = [
  { codes: ['no_speech'], advice: 'nothing' },
  { codes: ['not_audio'], advice: 'send a recording' },
  {
    codes: ['download'],
    advice: 'repair the URL’s server; if the URL has expired, send a new chunk',
  },
  { codes: ['deleted'], advice: 'try again' },
  { codes: ['text_too_long'], advice: 'listen to the recording' },
  { codes: ['timeout'], advice: 'try again' },
  {
    codes: ['unauthorized', 'forbidden'],
    advice: 'check `ASSEMBLYAI_API_KEY` and the region in `ASSEMBLYAI_BASE_URL`, then try again',
  },
  { codes: ['wrong_url'], advice: 'correct it, then try again' },
  { codes: ['rejected'], advice: 'read `error`' },
  { codes: ['provider_fault', 'other'], advice: 'read `error`, try again' },
  { codes: ['not_found'], advice: 'try again' },
  { codes: ['audio_missing'], advice: 'check that all processes share the folder, then try again' },
  { codes: ['withheld'], advice: 'make the model available (see `error`), then try again' },
];

const UNCORRECTED: readonly Advice[] = [
  { codes: ['not_configured'], advice: 'set `GEMINI_API_KEY` or `GCP_SA_JSON`, then try again' },
  {
    codes: ['unauthenticated', 'forbidden'],
    advice: 'check `GEMINI_API_KEY` or `GCP_SA_JSON`, and the rights of its project, then try again',
  },
  { codes: ['model_not_found'], advice: 'set `CORRECTION_MODEL` to a current model, then try again' },
  { codes: ['throttled'], advice: 'raise the quota or lower `CORRECTION_CONCURRENCY`, then try again' },
  { codes: ['prompt_blocked', 'answer_blocked'], advice: 'nothing: the text stays as it was heard' },
  { codes: ['too_large', 'text_too_long'], advice: 'record in shorter chunks' },
  { codes: ['server_error', 'timeout', 'network'], advice: 'try again' },
];

/** For every other code, as those of answers that a model got wrong. */
const DEFAULT_ADVICE = 'read `error`, try again';

export const ADVICE: Readonly<Record<ProblemKind, readonly Advice[]>> = {
  failed: FAILED,
  uncorrected: UNCORRECTED,
};

export function adviceOn(kind: ProblemKind, code: string): string {
  return ADVICE[kind].find(({ codes }) => codes.includes(code))?.advice ?? DEFAULT_ADVICE;
}
