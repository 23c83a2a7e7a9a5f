import { useCallback, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { loadDeliveries, type Deliveries } from '../../api/deliveries';
import type { DeliveryStatus } from '../../api/operation-types';
import { loadProjects } from '../../api/projects';
import { counted, t } from '../../i18n/translate';
import { useRefresh } from '../../live/use-refresh';
import { useResource } from '../../live/use-resource';
import { EmptyState, FailureNotice, Loading } from '../../parts/notices';
import { PageTitle } from '../../parts/page-title';
import { DeliveryRow } from './delivery-row';
import { NoDeliveries } from './no-deliveries';

const STATUSES: readonly DeliveryStatus[] = ['pending', 'delivered', 'exhausted', 'canceled'];
/** A screenful or two. */
const STEP = 50;

/** Events that were sent to other services, with every attempt. */
export default function DeliveriesPage(_props: { path?: string }) {
  const { query, route } = useLocation();
  const status = STATUSES.find((known) => known === query.status) ?? '';
  const [wanted, setWanted] = useState(STEP);
  const { resource, reload } = useResource(`${status} ${wanted}`, (signal) =>
    loadDeliveries(status, wanted, signal),
  );
  const isReady = resource.state === 'ready';
  // A slow answer is not aborted by the next one.
  useRefresh(useCallback(() => isReady && reload(), [isReady, reload]));
  const choose = (chosen: string) => {
    setWanted(STEP);
    route(chosen === '' ? '/deliveries' : `/deliveries?status=${chosen}`);
  };

  return (
    <>
      <PageTitle title={t('nav.deliveries')}>
        <label class="inline">
          {t('deliveries.status')}
          <select value={status} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            <option value="">{t('deliveries.all')}</option>
            {STATUSES.map((known) => (
              <option key={known} value={known}>
                {t(`deliveries.state.${known}`)}
              </option>
            ))}
          </select>
        </label>
      </PageTitle>
      {resource.state === 'loading' && <Loading />}
      {resource.state === 'failed' && <FailureNotice error={resource.error} onRetry={reload} />}
      {resource.state !== 'loading' && resource.value !== undefined && (
        <List
          deliveries={resource.value}
          isFiltered={status !== ''}
          onShowAll={() => choose('')}
          onMore={() => setWanted(wanted + STEP)}
          onChange={reload}
        />
      )}
    </>
  );
}

interface ListProps {
  deliveries: Deliveries;
  isFiltered: boolean;
  onShowAll: () => void;
  onMore: () => void;
  onChange: () => void;
}

function List({ deliveries, isFiltered, onShowAll, onMore, onChange }: ListProps) {
  const { resource } = useResource('projects', loadProjects);
  const projects = resource.state === 'ready' ? resource.value : [];
  const { rows, hasMore } = deliveries;
  if (rows.length === 0 && !isFiltered) return <NoDeliveries />;
  if (rows.length === 0) {
    return (
      <EmptyState title={t('deliveries.noneFound')}>
        <p>{t('deliveries.noneFoundText')}</p>
        <button type="button" onClick={onShowAll}>
          {t('deliveries.showAll')}
        </button>
      </EmptyState>
    );
  }
  return (
    <>
      <ul class="deliveries">
        {rows.map((delivery) => (
          <DeliveryRow
            key={delivery.id}
            delivery={delivery}
            project={projects.find(({ id }) => id === delivery.projectId)?.name}
            onChange={onChange}
          />
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="more" onClick={onMore}>
          {t('common.more')}
        </button>
      )}
      <p class="small">{counted('deliveries.shown', rows.length)}</p>
    </>
  );
}
