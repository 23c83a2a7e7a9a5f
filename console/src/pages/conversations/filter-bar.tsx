import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConversationStatus, Project } from '../../api/types';
import { t } from '../../i18n/translate';
import { isFiltered, NO_FILTERS, STATUSES, type Filters } from './filters';

/** Pause in typing after which the search begins. */
const TYPING_PAUSE_MS = 300;
/** Longest search that the API accepts. */
const MAX_QUERY_LENGTH = 200;

interface FilterBarProps {
  filters: Filters;
  projects: readonly Project[];
  onChange: (filters: Filters) => void;
}

export function FilterBar({ filters, projects, onChange }: FilterBarProps) {
  const set = (changes: Partial<Filters>) => onChange({ ...filters, ...changes });
  return (
    <search>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <SearchField value={filters.q} onChange={(q) => set({ q })} />
        <label>
          {t('conversations.project')}
          <select
            value={filters.projectId}
            onChange={({ currentTarget }) => set({ projectId: currentTarget.value })}
          >
            <option value="">{t('conversations.allProjects')}</option>
            {choicesOf(projects, filters.projectId).map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('conversations.state')}
          <select
            value={filters.status}
            onChange={({ currentTarget }) => set({ status: currentTarget.value as ConversationStatus | '' })}
          >
            <option value="">{t('conversations.allStates')}</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {t(`state.${status}`)}
              </option>
            ))}
          </select>
        </label>
        {(['from', 'to'] as const).map((end) => (
          <label key={end}>
            {t(`conversations.${end}`)}
            <input
              type="date"
              value={filters[end]}
              onChange={({ currentTarget }) => set({ [end]: currentTarget.value })}
            />
          </label>
        ))}
        {isFiltered(filters) && (
          <button class="quiet" type="button" onClick={() => onChange(NO_FILTERS)}>
            {t('conversations.clear')}
          </button>
        )}
      </form>
    </search>
  );
}

/** Reports what was typed after a pause, or at once by Enter. */
function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const reported = useRef(value);
  // The other filters may change during the pause.
  const newestOnChange = useRef(onChange);
  newestOnChange.current = onChange;
  useEffect(() => {
    // The address changed by other means, such as the back button.
    if (value !== reported.current) setText(value);
    reported.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const report = (next: string) => {
    clearTimeout(timer.current);
    reported.current = next.trim();
    newestOnChange.current(next.trim());
  };
  return (
    <label class="search">
      {t('conversations.search')}
      <input
        type="search"
        name="q"
        maxLength={MAX_QUERY_LENGTH}
        autocomplete="off"
        placeholder={t('conversations.searchHint')}
        value={text}
        onInput={({ currentTarget }) => {
          const next = currentTarget.value;
          setText(next);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => report(next), TYPING_PAUSE_MS);
        }}
        onKeyDown={({ key, currentTarget }) => {
          if (key === 'Enter') report(currentTarget.value);
        }}
      />
    </label>
  );
}

/** A project of the address may be unknown: it stays chosen, by its id. */
function choicesOf(projects: readonly Project[], chosen: string): readonly Pick<Project, 'id' | 'name'>[] {
  const isKnown = chosen === '' || projects.some(({ id }) => id === chosen);
  return isKnown ? projects : [...projects, { id: chosen, name: chosen }];
}
