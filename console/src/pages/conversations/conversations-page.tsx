import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { loadProjects } from '../../api/projects';
import type { Project } from '../../api/types';
import { counted, t } from '../../i18n/translate';
import { isLive } from '../../live/changes';
import { useResource } from '../../live/use-resource';
import { EmptyState, FailureNotice, Loading } from '../../parts/notices';
import { PageTitle } from '../../parts/page-title';
import { Leftovers } from '../../recorder/leftovers';
import { ConversationTable } from './conversation-table';
import { FilterBar } from './filter-bar';
import { addressOf, filtersOf, isFiltered, NO_FILTERS, type Filters } from './filters';
import { useConversations, type ConversationList } from './use-conversations';

export default function ConversationsPage(_props: { path?: string }) {
  const { query, route } = useLocation();
  const filters = filtersOf(query);
  const list = useConversations(filters);
  const projects = useResource('projects', loadProjects).resource;
  const known = projects.state === 'ready' ? projects.value : [];

  const change = (next: Filters) => {
    // Words that are typed one after the other are one step for the back button.
    const isTyping = filters.q !== '' && next.q !== '' && filters.q !== next.q;
    if (addressOf(next) !== addressOf(filters)) route(addressOf(next), isTyping);
  };

  return (
    <>
      <PageTitle title={t('nav.conversations')}>
        <NewButtons />
      </PageTitle>
      <Leftovers />
      <FilterBar filters={filters} projects={known} onChange={change} />
      <List
        list={list}
        projects={known}
        isNarrowed={isFiltered(filters)}
        onClear={() => change(NO_FILTERS)}
      />
    </>
  );
}

function NewButtons() {
  return (
    <>
      <a class="button" href="/new?source=microphone">
        {t('conversations.record')}
      </a>
      <a class="button primary" href="/new">
        {t('conversations.new')}
      </a>
    </>
  );
}

interface ListProps {
  list: ConversationList;
  projects: readonly Project[];
  isNarrowed: boolean;
  onClear: () => void;
}

function List({ list, projects, isNarrowed, onClear }: ListProps) {
  const { rows, state, error } = list;
  if (state === 'failed') return <FailureNotice error={error} onRetry={list.reload} />;
  if (rows.items.length > 0) return <Rows list={list} projects={projects} />;
  if (state === 'loading') return <Loading />;
  if (isNarrowed) {
    return (
      <EmptyState title={t('conversations.noneFound')}>
        <p>{t('conversations.noneFoundText')}</p>
        <button type="button" onClick={onClear}>
          {t('conversations.clear')}
        </button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={t('conversations.none')}>
      <p>{t('conversations.noneText')}</p>
      <div class="actions">
        <NewButtons />
      </div>
    </EmptyState>
  );
}

function Rows({ list, projects }: { list: ConversationList; projects: readonly Project[] }) {
  const { rows, state, error } = list;
  useFocusOnNewRows(rows);
  return (
    <>
      <ConversationTable
        rows={rows}
        projects={projects}
        isStale={state === 'loading'}
        onChange={list.change}
      />
      <div class="list-end">
        {error !== undefined && <FailureNotice error={error} onRetry={list.showMore} />}
        {rows.nextCursor !== null && (
          <button type="button" aria-disabled={list.isLoadingMore} onClick={list.showMore}>
            {t('common.more')}
          </button>
        )}
        <p class="small">
          <span role="status">{counted('conversations.shown', rows.items.length)}</span>
          {` · ${t(isLive.value ? 'common.live' : 'common.livePaused')}`}
        </p>
      </div>
    </>
  );
}

/** Goes on at the first new row when the button that asked for more has left with the last page. */
function useFocusOnNewRows({ items, pages, nextCursor }: ConversationList['rows']): void {
  const shownPages = useRef(pages.length);
  useEffect(() => {
    const isAtEnd = nextCursor === null && pages.length > Math.max(1, shownPages.current);
    shownPages.current = pages.length;
    const last = pages.at(-1)?.after ?? null;
    if (!isAtEnd || last === null || document.activeElement !== document.body) return;
    const next = items[items.findIndex(({ id }) => id === last.id) + 1];
    document.querySelector<HTMLElement>(`a[href="/c/${next?.id ?? ''}"]`)?.focus();
  }, [pages.length]);
}
