import { useState } from 'preact/hooks';
import { request } from '../../../api/client';
import { t } from '../../../i18n/translate';
import { announce, announceFailure } from '../../../parts/announcer';
import { EmptyState } from '../../../parts/notices';
import type { ConversationView } from '../conversation-view';

/** The summary, or why there is none. */
export function SummaryTab({ view }: { view: ConversationView }) {
  const { conversation } = view;
  const { summary, summaryError, summaryOutdated, status, language } = conversation;
  if (summary === null && summaryError === null) {
    const isPending = status === 'finalized';
    return (
      <EmptyState title={t(isPending ? 'conversation.summaryPending' : 'conversation.summaryLater')}>
        <p>{t(isPending ? 'conversation.summaryPendingHint' : 'conversation.summaryLaterHint')}</p>
      </EmptyState>
    );
  }
  return (
    <section class="summary" aria-label={t('conversation.tab.summary')}>
      {summaryError !== null && (
        <div class="notice failure">
          <h2>{t(summary === null ? 'conversation.summaryFailed' : 'conversation.summaryProblem')}</h2>
          <p>{summaryError}</p>
          <MakeAgain view={view} />
        </div>
      )}
      {summary !== null && summaryOutdated && (
        <div class="notice">
          <p>{t('conversation.summaryOutdated')}</p>
          <MakeAgain view={view} />
        </div>
      )}
      {summary !== null && (
        <div class="summary-text" lang={language === 'auto' ? undefined : language} dir="auto">
          {summary
            .split(/\n+/)
            .filter((paragraph) => paragraph.trim() !== '')
            .map((paragraph, index) => (
              <p key={index}>{paragraph}</p>
            ))}
        </div>
      )}
    </section>
  );
}

function MakeAgain({ view }: { view: ConversationView }) {
  const [isBusy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    try {
      await request(`conversations/${view.conversation.id}/summary`, { method: 'POST' });
      announce(t('conversation.summaryAsked'));
    } catch (error) {
      announceFailure(error);
    }
    setBusy(false);
    view.reload();
  };
  return (
    <button type="button" disabled={isBusy} onClick={() => void make()}>
      {t('conversation.summaryAgain')}
    </button>
  );
}
