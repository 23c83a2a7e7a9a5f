import { ApiError } from '../api/client';
import { t } from '../i18n/translate';
import { failureText } from '../parts/announcer';

/** Says why a recording was not accepted, and what to do. */
export function uploadProblem(error: unknown): string {
  const status = error instanceof ApiError ? error.status : undefined;
  if (status === 413) return t('new.problem.tooLarge');
  if (status === 415) return t('new.problem.notAudio');
  if (status === 404) return t('new.problem.deleted');
  if (status === 409) return t('new.problem.finished');
  return failureText(error);
}
