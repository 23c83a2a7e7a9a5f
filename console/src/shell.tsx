import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso/router';
import { session, signOut } from './api/session';
import { LANGUAGES, chooseLanguage, language, t, type Language } from './i18n/translate';
import { activity } from './live/activity';
import { announceFailure } from './parts/announcer';

const PAGES = [
  { path: '/', message: 'nav.conversations' },
  { path: '/problems', message: 'nav.problems' },
  { path: '/deliveries', message: 'nav.deliveries' },
  { path: '/system', message: 'nav.system' },
] as const;

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', nl: 'Nederlands' };

/** The frame of all pages: navigation above, the page below. */
export function Shell({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip-link" href="#content">
        {t('common.skip')}
      </a>
      <header class="top-bar">
        <a class="brand" href="/">
          Ringback
        </a>
        <Navigation />
        <div class="top-bar-end">
          <RunningActivity />
          <LanguageChoice />
          {session.value?.signedIn === true && (
            <button class="quiet" type="button" onClick={() => void signOut().catch(announceFailure)}>
              {t('nav.signOut')}
            </button>
          )}
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** Leads back to a recording or an upload that goes on. */
function RunningActivity() {
  const { path } = useLocation();
  const running = activity.value;
  if (running === undefined || running.path === path) return null;
  return (
    <a class="activity" href={running.path}>
      {t(running.label)}
    </a>
  );
}

function Navigation() {
  const { path } = useLocation();
  const isCurrent = (page: string) =>
    page === '/' ? path === '/' || path === '/new' || path.startsWith('/c/') : path === page;
  return (
    <nav aria-label={t('nav.label')}>
      {PAGES.map((page) => (
        <a key={page.path} href={page.path} aria-current={isCurrent(page.path) ? 'page' : undefined}>
          {t(page.message)}
        </a>
      ))}
    </nav>
  );
}

function LanguageChoice() {
  return (
    <select
      class="quiet"
      aria-label={t('common.language')}
      value={language.value}
      onChange={({ currentTarget }) => {
        chooseLanguage(currentTarget.value as Language).catch(announceFailure);
      }}
    >
      {LANGUAGES.map((tag) => (
        <option key={tag} value={tag} lang={tag}>
          {LANGUAGE_NAMES[tag]}
        </option>
      ))}
    </select>
  );
}
