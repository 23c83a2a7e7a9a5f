import type { ConversationItem } from '../../api/types';
import { dateTime, t } from '../../i18n/translate';
import { Menu, type MenuItem } from '../../parts/menu';
import { StateLabel } from '../../parts/state-label';
import { ChunkBar } from './chunk-bar';
import { titleOf } from '../../parts/title-of';

export type RowAction = 'finish' | 'retry' | 'rename' | 'delete';

interface RowProps {
  conversation: ConversationItem;
  /** Null: it has no project. */
  projectName: string | null;
  onAction: (action: RowAction) => void;
}

/** The roles keep the table a table where the style sheet lays it out as cards. */
export function ConversationRow({ conversation, projectName, onAction }: RowProps) {
  const title = titleOf(conversation);
  return (
    <tr role="row">
      <td role="cell" class="conversation-name">
        <a href={`/c/${conversation.id}`}>{title}</a>
        <Marks conversation={conversation} />
      </td>
      <td role="cell" data-label={t('conversations.project')}>
        {projectName ?? <span class="small">{t('conversations.noProject')}</span>}
      </td>
      <td role="cell" data-label={t('conversations.when')} class="number">
        <time dateTime={conversation.createdAt}>{dateTime(conversation.createdAt)}</time>
      </td>
      <td role="cell" data-label={t('conversations.state')}>
        <div class="conversation-state">
          <StateLabel state={conversation.status} />
          <ChunkBar counts={conversation.chunks} />
        </div>
      </td>
      <td role="cell" class="conversation-menu">
        <Menu label={t('conversations.actions', { title })} items={menuOf(conversation, onAction)} />
      </td>
    </tr>
  );
}

function Marks({ conversation: { externalId, redactPii, anonymize } }: { conversation: ConversationItem }) {
  const privacy = anonymize ? 'anonymized' : redactPii ? 'redacted' : null;
  return (
    <div class="marks">
      {privacy !== null && <span class="mark">{t(`conversations.${privacy}`)}</span>}
      {externalId !== null && <code title={t('conversations.externalId')}>{externalId}</code>}
    </div>
  );
}

function menuOf(conversation: ConversationItem, onAction: (action: RowAction) => void): MenuItem[] {
  const { status, chunks } = conversation;
  const item = (action: RowAction): MenuItem => ({
    label: t(`conversations.action.${action}`),
    act: () => onAction(action),
  });
  return [
    ...(status === 'open' ? [item('finish')] : []),
    ...(chunks.failed > 0 ? [item('retry')] : []),
    item('rename'),
    { ...item('delete'), isDanger: true },
  ];
}
