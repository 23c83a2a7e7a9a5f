import { counted, dateTime, t } from '../../../i18n/translate';
import { duration } from './duration';
import { spanOf, type Step } from './steps';

/** Steps in their order, each with a bar that shows when it was and how long it took. */
export function StepList({ steps }: { steps: readonly Step[] }) {
  if (steps.length === 0) return <p class="nothing">{t('conversation.noRunsYet')}</p>;
  const nowMs = Date.now();
  return (
    <ol class="steps">
      {steps.map((step, index) => {
        const { left, width } = spanOf(step, steps, nowMs);
        return (
          <li key={index} class={`step step-${step.state} step-${step.kind}`}>
            <span class="step-name">
              {t(`conversation.step.${step.kind}`)}
              {step.jobs > 1 && ` · ${counted('conversation.stepParts', step.jobs)}`}
              {step.state !== 'completed' && (
                <span class="step-state"> · {t(`conversation.stepState.${step.state}`)}</span>
              )}
            </span>
            <span class="step-track" aria-hidden="true">
              <span class="step-bar" style={{ insetInlineStart: `${left}%`, inlineSize: `${width}%` }} />
            </span>
            <time class="number small" dateTime={new Date(step.startMs).toISOString()} title={titleOf(step)}>
              {duration((step.endMs ?? nowMs) - step.startMs)}
            </time>
            {step.message !== null && <p class="step-message small">{step.message}</p>}
          </li>
        );
      })}
    </ol>
  );
}

function titleOf({ startMs }: Step): string {
  return dateTime(new Date(startMs).toISOString());
}
