import { useState } from 'preact/hooks';
import type { ConversationItem, Project } from '../../api/types';
import { counted, t } from '../../i18n/translate';
import { announce, announceFailure } from '../../parts/announcer';
import { finish, retryFailed } from '../../api/conversations';
import { ConversationRow, type RowAction } from './conversation-row';
import { DeleteDialog } from '../../parts/delete-dialog';
import { RenameDialog } from './rename-dialog';
import { replaceRow, withoutRow, type Rows } from './rows';
import { titleOf } from '../../parts/title-of';
import { TableHead } from '../../parts/table-head';

interface TableProps {
  rows: Rows;
  projects: readonly Project[];
  isStale: boolean;
  onChange: (change: (rows: Rows) => Rows) => void;
}

export function ConversationTable({ rows, projects, isStale, onChange }: TableProps) {
  const [dialog, setDialog] = useState<{ kind: 'rename' | 'delete'; conversation: ConversationItem } | null>(
    null,
  );
  const close = () => setDialog(null);
  const names = new Map(projects.map(({ id, name }) => [id, name]));

  const act = (action: RowAction, conversation: ConversationItem) => {
    if (action === 'rename' || action === 'delete') setDialog({ kind: action, conversation });
    else write(action, conversation, onChange).catch(announceFailure);
  };

  return (
    <>
      <table role="table" class="conversations" aria-busy={isStale} onKeyDown={moveBetweenRows}>
        <caption class="visually-hidden">{t('nav.conversations')}</caption>
        <TableHead
          columns={(['title', 'project', 'when', 'state'] as const).map((column) =>
            t(`conversations.${column}`),
          )}
          actions={t('conversations.actionsColumn')}
        />
        <tbody role="rowgroup">
          {rows.items.map((conversation) => (
            <ConversationRow
              key={conversation.id}
              conversation={conversation}
              projectName={projectNameOf(conversation, names)}
              onAction={(action) => act(action, conversation)}
            />
          ))}
        </tbody>
      </table>
      {dialog?.kind === 'rename' && (
        <RenameDialog
          conversation={dialog.conversation}
          onClose={close}
          onRenamed={(renamed) => {
            close();
            onChange((before) => replaceRow(before, renamed));
            announce(t('conversations.renamed', { title: titleOf(renamed) }));
          }}
        />
      )}
      {dialog?.kind === 'delete' && (
        <DeleteDialog
          conversation={dialog.conversation}
          onClose={close}
          onDeleted={() => {
            close();
            onChange((before) => withoutRow(before, dialog.conversation.id));
            announce(t('conversations.deleted', { title: titleOf(dialog.conversation) }));
            // The button to which the dialog returns the focus is gone once this is drawn.
            setTimeout(() => document.getElementById('content')?.focus());
          }}
        />
      )}
    </>
  );
}

async function write(
  action: 'finish' | 'retry',
  conversation: ConversationItem,
  onChange: TableProps['onChange'],
): Promise<void> {
  const title = titleOf(conversation);
  if (action === 'retry') {
    const count = await retryFailed(conversation.id);
    announce(
      count === 0
        ? t('conversations.retriedNone', { title })
        : counted('conversations.retried', count, { title }),
    );
    return;
  }
  const finished = await finish(conversation.id);
  onChange((before) => replaceRow(before, finished));
  announce(t('conversations.finished', { title }));
}

function projectNameOf({ projectId }: ConversationItem, names: ReadonlyMap<string, string>): string | null {
  return projectId === null ? null : (names.get(projectId) ?? `${projectId.slice(0, ID_PREFIX)}…`);
}

/** Stands for a project whose name is not loaded; enough of the id to tell projects apart. */
const ID_PREFIX = 13;

/** The arrow keys go from title to title, past the menus between them. */
function moveBetweenRows(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.conversation-name > a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  links[at + step]?.focus();
}
