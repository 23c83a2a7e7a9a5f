import { useState } from 'preact/hooks';
import { t } from '../../../i18n/translate';
import { PageTitle } from '../../../parts/page-title';
import type { ConversationView } from '../conversation-view';
import { Actions } from './actions';
import { Facts } from './facts';
import { TitleForm } from './title-form';

/** Title, facts and actions of a conversation. */
export function Header({ view }: { view: ConversationView }) {
  const [isEditing, setEditing] = useState(false);
  const { conversation } = view;
  return (
    <header class="conversation-header">
      {isEditing ? (
        <TitleForm
          conversation={conversation}
          onSaved={view.replaceConversation}
          onClose={() => setEditing(false)}
        />
      ) : (
        <PageTitle title={conversation.title ?? t('conversation.untitled')}>
          <button type="button" class="quiet" onClick={() => setEditing(true)}>
            {t('conversation.rename')}
          </button>
          <Actions view={view} />
        </PageTitle>
      )}
      <Facts conversation={conversation} />
    </header>
  );
}
