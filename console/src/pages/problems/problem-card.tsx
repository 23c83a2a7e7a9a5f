import { useId, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import type { Problem } from '../../api/operation-types';
import { isCorrectable } from '../../api/problems';
import { counted, dateTime, t } from '../../i18n/translate';
import { Dialog } from '../../parts/dialog';
import { ProblemChunks } from './problem-chunks';
import { adviceOnProblem, titleOfProblem } from './problem-text';
import { retryAll } from './retry-run';

/** All chunks that failed for one cause; opens to show each of them. */
export function ProblemCard({ problem, isOpen }: { problem: Problem; isOpen: boolean }) {
  const { route } = useLocation();
  const [isAsking, setAsking] = useState(false);
  const titleId = useId();
  const chunksId = useId();
  const { kind, code, chunks, conversations, example } = problem;
  const address = `/problems?${new URLSearchParams({ kind, code }).toString()}`;
  return (
    <article class="problem-card" aria-labelledby={titleId}>
      <h3 id={titleId}>
        {titleOfProblem(problem)} <code>{code}</code>
      </h3>
      <p class="small">
        {`${counted('problems.count', chunks)} ${counted('problems.conversations', conversations)} · ${times(problem)}`}
      </p>
      <dl class="problem-facts">
        <dt>{t('problems.advice')}</dt>
        <dd>{adviceOnProblem(problem)}</dd>
        {example !== '' && (
          <>
            <dt>{t('problems.example')}</dt>
            <dd lang="en">{example}</dd>
          </>
        )}
      </dl>
      <div class="actions">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? chunksId : undefined}
          aria-describedby={titleId}
          onClick={() => route(isOpen ? '/problems' : address)}
        >
          {isOpen ? t('problems.hide') : counted('problems.show', chunks)}
        </button>
        <button type="button" aria-describedby={titleId} onClick={() => setAsking(true)}>
          {counted('problems.retryAll', chunks)}
        </button>
      </div>
      {isOpen && <ProblemChunks id={chunksId} problem={problem} />}
      {isAsking && (
        <Dialog title={counted('problems.confirm', chunks)} onClose={() => setAsking(false)}>
          <p>{t(isCorrectable(problem) ? 'problems.confirmCorrectionText' : 'problems.confirmText')}</p>
          <div class="actions">
            <button
              class="primary"
              type="button"
              onClick={() => {
                setAsking(false);
                void retryAll(problem);
              }}
            >
              {t('problems.confirmButton')}
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              {t('common.cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </article>
  );
}

function times({ firstAt, lastAt }: Problem): string {
  const [first, last] = [dateTime(firstAt), dateTime(lastAt)];
  return first === last ? t('problems.once', { at: last }) : t('problems.since', { first, last });
}
