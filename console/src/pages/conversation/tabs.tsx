import { t } from '../../i18n/translate';
import { conversationUrl, TABS, type Tab } from './location';

/** Links to the tabs. Each keeps the moment of the player, so that any of them can be shared. */
export function Tabs({ id, current, ms }: { id: string; current: Tab; ms: number | null }) {
  return (
    <nav class="tabs" aria-label={t('conversation.tabs')}>
      {TABS.map((tab) => (
        <a
          key={tab}
          href={conversationUrl(id, { tab, ms })}
          aria-current={tab === current ? 'page' : undefined}
        >
          {t(`conversation.tab.${tab}`)}
        </a>
      ))}
    </nav>
  );
}
