import { useState } from 'preact/hooks';
import { resend } from '../../api/deliveries';
import type { Delivery, DeliveryAttempt, DeliveryStatus } from '../../api/operation-types';
import { counted, dateTime, exactTime, t } from '../../i18n/translate';
import { announce, announceFailure } from '../../parts/announcer';
import { TableHead } from '../../parts/table-head';

/** Looks of the states, which are those of chunks. */
const LOOKS: Readonly<Record<DeliveryStatus, string>> = {
  pending: 'state-queued',
  delivered: 'state-completed',
  exhausted: 'state-failed',
  canceled: 'state-canceled',
};

interface RowProps {
  delivery: Delivery;
  /** Name of its project, when it is known. */
  project: string | undefined;
  onChange: () => void;
}

/** One event on its way to one endpoint; opens to show each attempt. */
export function DeliveryRow({ delivery, project, onChange }: RowProps) {
  const { type, url, status, attempts, createdAt, nextAttemptAt, data } = delivery;
  const [isBusy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    try {
      await resend(delivery.id);
      announce(t('deliveries.resent'));
    } catch (error) {
      announceFailure(error);
    } finally {
      setBusy(false);
      onChange();
    }
  };
  return (
    <li class="delivery">
      <div class="delivery-head">
        <strong class="delivery-type">{type}</strong>
        <span class={`state ${LOOKS[status]}`}>{t(`deliveries.state.${status}`)}</span>
        <button
          type="button"
          disabled={isBusy}
          aria-label={t('deliveries.resendOf', { type, url })}
          onClick={() => void send()}
        >
          {t('deliveries.resend')}
        </button>
      </div>
      <p class="delivery-url">{url}</p>
      <p class="small delivery-facts">
        <span>{dateTime(createdAt)}</span>
        {project !== undefined && <span>{project}</span>}
        {data.conversationId !== undefined && (
          <a href={`/c/${data.conversationId}`}>{t('deliveries.conversation')}</a>
        )}
        {status === 'pending' && nextAttemptAt !== null && (
          <span>{t('deliveries.next', { at: dateTime(nextAttemptAt) })}</span>
        )}
      </p>
      <Attempts attempts={attempts} />
    </li>
  );
}

function Attempts({ attempts }: { attempts: readonly DeliveryAttempt[] }) {
  const last = attempts.at(-1);
  if (last === undefined) return <p class="small">{t('deliveries.noAttempts')}</p>;
  return (
    <details>
      <summary>
        {`${counted('deliveries.attempts', attempts.length)} · `}
        <span lang={last.error === null ? undefined : 'en'}>{answerOf(last)}</span>
      </summary>
      <table role="table" class="cards">
        <TableHead
          columns={(['attempt', 'at', 'answer', 'duration'] as const).map((column) =>
            t(`deliveries.${column}`),
          )}
        />
        <tbody role="rowgroup">
          {attempts.map((attempt) => (
            <tr key={attempt.number} role="row">
              <td role="cell" class="number" data-label={t('deliveries.attempt')}>
                {attempt.number}
              </td>
              <td role="cell" class="number" data-label={t('deliveries.at')}>
                {exactTime(attempt.at)}
              </td>
              <td role="cell" data-label={t('deliveries.answer')}>
                {answerOf(attempt)}
              </td>
              <td role="cell" class="number" data-label={t('deliveries.duration')}>
                {t('deliveries.ms', { ms: attempt.durationMs })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** Returns the status that the endpoint answered, or what went wrong on the way. */
function answerOf({ responseStatus, error }: DeliveryAttempt): string {
  const parts = [responseStatus === null ? undefined : String(responseStatus), error ?? undefined];
  return parts.filter((part) => part !== undefined).join(': ') || t('deliveries.noAnswer');
}
