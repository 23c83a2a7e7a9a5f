import type { Problem } from '../../api/operation-types';
import type { ProblemKey } from '../../api/problems';
import { knownMessage } from '../../i18n/translate';

/** Returns a name for a person; for a code that nobody has foreseen, the code. */
export function titleOfProblem({ kind, code }: ProblemKey): string {
  return knownMessage(`problems.${kind}.${code}`) ?? code;
}

/** Returns what to do about a problem; the API's own advice where the console has none. */
export function adviceOnProblem({ kind, code, advice }: Problem): string {
  return knownMessage(`problems.${kind}.${code}.advice`) ?? advice.replaceAll('`', '');
}
