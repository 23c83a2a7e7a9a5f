import type { Signal } from '@preact/signals';
import { counted, t } from '../../i18n/translate';
import { titleOfProblem } from './problem-text';
import { dismiss, hasEnded, retryRuns, type RetryState } from './retry-run';

/** Shows the progress of chunks that were tried again from this page. */
export function RetryRuns() {
  return (
    <div class="retry-runs" role="status">
      {retryRuns.value.map((run, index) => (
        <RetryRun key={index} run={run} />
      ))}
    </div>
  );
}

function RetryRun({ run }: { run: Signal<RetryState> }) {
  const state = run.value;
  const { problem, total, completed, failed, failure } = state;
  return (
    <section class={failure === null && failed === 0 ? 'retry-run' : 'retry-run failure'}>
      <p>
        <strong>{titleOfProblem(problem)}</strong>
        {': '}
        {textOf(state)}
      </p>
      {total !== null && !hasEnded(state) && (
        <progress max={total} value={completed + failed} aria-label={titleOfProblem(problem)} />
      )}
      {hasEnded(state) && (
        <button class="quiet" type="button" onClick={() => dismiss(run)}>
          {t('common.close')}
        </button>
      )}
    </section>
  );
}

function textOf(state: RetryState): string {
  const { total, completed, failed, failure } = state;
  if (failure !== null) return failure;
  if (total === null) return t('problems.runSending');
  if (!hasEnded(state)) return counted('problems.running', total, { settled: completed + failed });
  return failed === 0 ? counted('problems.runCompleted', completed) : counted('problems.runFailed', failed);
}
