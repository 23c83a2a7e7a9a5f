import { useEffect } from 'preact/hooks';
import lazy, { ErrorBoundary } from 'preact-iso/lazy';
import { LocationProvider, Router, useLocation } from 'preact-iso/router';
import { loadSession, session } from './api/session';
import { t } from './i18n/translate';
import { useResource } from './live/use-resource';
import { Announcements } from './parts/announcer';
import { FailureNotice, Loading } from './parts/notices';
import { NotFound } from './pages/not-found';
import { SignIn } from './pages/sign-in';
import { Shell } from './shell';

const Conversations = lazy(() => import('./pages/conversations/conversations-page'));
const New = lazy(() => import('./pages/new/new-page'));
const Conversation = lazy(() => import('./pages/conversation/conversation-page'));
const Problems = lazy(() => import('./pages/problems/problems-page'));
const Deliveries = lazy(() => import('./pages/deliveries/deliveries-page'));
const System = lazy(() => import('./pages/system/system-page'));

export function App() {
  return (
    <LocationProvider>
      <Announcements />
      <Gate />
    </LocationProvider>
  );
}

/** Shows the pages, or the login when one is needed. */
function Gate() {
  const { resource, reload } = useResource('session', loadSession);
  if (session.value === null) {
    return resource.state === 'failed' ? (
      <FailureNotice error={resource.error} onRetry={reload} />
    ) : (
      <Loading />
    );
  }
  if (session.value.required && !session.value.signedIn) return <SignIn />;
  return (
    <Shell>
      <Pages />
    </Shell>
  );
}

function Pages() {
  return (
    <ErrorBoundary>
      <Router onRouteChange={focusContent}>
        <Conversations path="/" />
        <New path="/new" />
        <Conversation path="/c/:id" />
        <Problems path="/problems" />
        <Deliveries path="/deliveries" />
        <System path="/system" />
        <SignedIn path="/sign-in" />
        <NotFound default />
      </Router>
    </ErrorBoundary>
  );
}

/** Leaves the page of the login, as there is nothing to sign in to any more. */
function SignedIn(_props: { path: string }) {
  const { route } = useLocation();
  useEffect(() => {
    route('/', true);
  }, []);
  return <p>{t('common.loading')}</p>;
}

/** Moves the focus to the new page, so that the keyboard and screen readers start there. */
function focusContent(): void {
  document.getElementById('content')?.focus({ preventScroll: true });
}
