import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n/translate';
import { conversationUrl, TABS, type Tab } from './location';

/** Links to the tabs. Each keeps the moment of the player, so that any of them can be shared. */
export function Tabs({ id, current, ms }: { id: string; current: Tab; ms: number | null }) {
  const nav = useRef<HTMLElement>(null);
  const shown = useRef(current);
  useLayoutEffect(() => {
    if (shown.current === current) return;
    shown.current = current;
    // Another tab is read from its beginning; what is above the tabs may stay out of sight.
    const top = scrollY + (nav.current?.parentElement?.getBoundingClientRect().top ?? 0);
    const header = nav.current?.previousElementSibling?.getBoundingClientRect().height ?? 0;
    if (scrollY > top + header) scrollTo({ top: top + header, behavior: 'instant' });
  }, [current]);
  return (
    <nav ref={nav} class="tabs" aria-label={t('conversation.tabs')}>
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
