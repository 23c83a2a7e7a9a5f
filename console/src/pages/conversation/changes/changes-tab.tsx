import { useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { counted, percent, t } from '../../../i18n/translate';
import { EmptyState, Loading } from '../../../parts/notices';
import type { TranscriptChunk } from '../../../api/types';
import type { ConversationView } from '../conversation-view';
import { ChangeRow } from './change-row';
import { changedWords, changesInContext, filterChanges, type ChangeFilter } from './contexts';

/** Rows that are rendered at first, and added by "Show more". */
const PAGE = 200;

/** Changes that the correction or a person made, and nothing else: heard against corrected. */
export function ChangesTab({ view }: { view: ConversationView }) {
  const { query, route, url } = useLocation();
  const [limit, setLimit] = useState(PAGE);
  const chunks = view.transcript?.chunks;
  const all = useMemo(() => changesInContext(chunks ?? []), [chunks]);
  const filter: ChangeFilter = {
    hideMinor: query.minor === 'hide',
    origin: query.origin === 'corrected' || query.origin === 'edited' ? query.origin : null,
  };
  const shown = filterChanges(all, filter);

  if (chunks === undefined) return <Loading />;
  if (all.length === 0) return <NoChanges chunks={chunks} />;

  const set = (name: string, value: string | null) => {
    const next = new URL(url, location.origin);
    if (value === null) next.searchParams.delete(name);
    else next.searchParams.set(name, value);
    route(next.pathname + next.search, true);
  };
  const { words, share } = changedWords(shown, chunks);
  return (
    <section class="changes" aria-label={t('conversation.tab.changes')}>
      <div class="changes-head">
        <p role="status">
          {counted('conversation.changeCount', shown.length)}
          {' · '}
          {counted('conversation.changedWords', words, { share: percent(share) })}
        </p>
        <div class="changes-filter">
          <label class="check">
            <input
              type="checkbox"
              checked={filter.hideMinor}
              onChange={({ currentTarget }) => set('minor', currentTarget.checked ? 'hide' : null)}
            />
            {t('conversation.hideMinor')}
          </label>
          <label class="inline">
            {t('conversation.changedBy')}
            <select
              value={filter.origin ?? ''}
              onChange={({ currentTarget }) => set('origin', currentTarget.value || null)}
            >
              <option value="">{t('conversation.anyone')}</option>
              <option value="corrected">{t('conversation.origin.corrected')}</option>
              <option value="edited">{t('conversation.origin.edited')}</option>
            </select>
          </label>
        </div>
      </div>
      {shown.length === 0 ? (
        <p class="nothing">{t('conversation.noMatchingChanges')}</p>
      ) : (
        <ol class="change-list">
          {shown.slice(0, limit).map((change) => (
            <ChangeRow
              key={`${change.chunkId} ${change.firstWord} ${change.heard}`}
              change={change}
              view={view}
            />
          ))}
        </ol>
      )}
      {shown.length > limit && (
        <button type="button" onClick={() => setLimit(limit + PAGE)}>
          {t('common.more')}
        </button>
      )}
    </section>
  );
}

/** Says why there is no change: no text yet, none on record, or none at all. */
function NoChanges({ chunks }: { chunks: readonly TranscriptChunk[] }) {
  const reason =
    chunks.length === 0
      ? 'noTextYet'
      : chunks.every(({ changes }) => changes === undefined)
        ? 'unknownChanges'
        : 'noChanges';
  return (
    <EmptyState title={t(`conversation.${reason}`)}>
      <p>{t(`conversation.${reason}Hint`)}</p>
    </EmptyState>
  );
}
