import type { OpenSubmissions, Queue, SystemReport } from '../../api/operation-types';
import { number, t } from '../../i18n/translate';
import { age } from './age';
import { FigureTable } from './figure-table';

export function Queues({ queues }: { queues: readonly Queue[] | null }) {
  return (
    <section class="system-section">
      <h2>{t('system.queues')}</h2>
      {queues === null ? (
        <p class="problem">{t('system.queuesUnknown')}</p>
      ) : (
        <FigureTable
          columns={[
            t('system.queue'),
            t('system.waiting'),
            t('system.active'),
            t('system.delayed'),
            t('system.failedJobs'),
            t('system.oldest'),
          ]}
          rows={queues.map(({ name, waiting, active, delayed, failed, oldestWaitingSeconds }) => [
            name,
            ...[waiting, active, delayed, failed].map(number),
            waiting === 0 ? '–' : age(oldestWaitingSeconds),
          ])}
        />
      )}
    </section>
  );
}

export function Submissions({ submissions }: { submissions: readonly OpenSubmissions[] | null }) {
  return (
    <section class="system-section">
      <h2>{t('system.submissions')}</h2>
      {submissions === null ? (
        <p class="problem">{t('system.submissionsUnknown')}</p>
      ) : (
        <FigureTable
          columns={[t('deliveries.status'), t('system.count'), t('system.oldestAge')]}
          rows={submissions.map(({ status, count, oldestSeconds }) => [
            t(`system.submissions.${status}`),
            number(count),
            count === 0 ? '–' : age(oldestSeconds),
          ])}
        />
      )}
    </section>
  );
}

export function Callbacks({ lost }: { lost: SystemReport['lostCallbacks'] }) {
  const rows = lost.filter(({ count }) => count > 0).map(({ cause, count }) => [cause, number(count)]);
  return (
    <section class="system-section">
      <h2>{t('system.callbacks')}</h2>
      <p class="small">{t(rows.length === 0 ? 'system.callbacksNone' : 'system.callbacksText')}</p>
      {rows.length > 0 && <FigureTable columns={[t('system.cause'), t('system.count')]} rows={rows} />}
    </section>
  );
}
