import { useState } from 'preact/hooks';
import { request } from '../../api/client';
import type { SystemReport } from '../../api/operation-types';
import { t, timeOfDay } from '../../i18n/translate';
import { useRefresh } from '../../live/use-refresh';
import { useResource } from '../../live/use-resource';
import { failureText } from '../../parts/announcer';
import { FailureNotice, Loading } from '../../parts/notices';
import { PageTitle } from '../../parts/page-title';
import { Callbacks, Queues, Submissions } from './figures';
import { Models } from './models';
import { ReadinessSection } from './readiness';
import { SettingsSection } from './settings';

/** The state of the service for its operator. */
export default function SystemPage(_props: { path?: string }) {
  const [updatedAt, setUpdatedAt] = useState(new Date());
  const { resource, reload } = useResource('system', async (signal) => {
    const report = await request<SystemReport>('system', { signal });
    setUpdatedAt(new Date());
    return report;
  });
  useRefresh(reload);
  const report = resource.state === 'loading' ? undefined : resource.value;
  return (
    <>
      <PageTitle title={t('nav.system')} />
      {resource.state === 'loading' && <Loading />}
      {resource.state === 'failed' && report === undefined && (
        <FailureNotice error={resource.error} onRetry={reload} />
      )}
      {report !== undefined && (
        <>
          <p class={resource.state === 'failed' ? 'problem' : 'small'} role="status">
            {resource.state === 'failed'
              ? `${t('system.stale', { problem: failureText(resource.error) })} `
              : ''}
            {t('system.updated', { at: timeOfDay(updatedAt) })}
          </p>
          <Report report={report} />
        </>
      )}
    </>
  );
}

function Report({ report }: { report: SystemReport }) {
  return (
    <>
      <ReadinessSection readiness={report.readiness} />
      <div class="system-columns">
        <Submissions submissions={report.openSubmissions} />
        <Callbacks lost={report.lostCallbacks} />
      </div>
      <Queues queues={report.queues} />
      <Models models={report.models} />
      <SettingsSection report={report} />
    </>
  );
}
