import { useState } from 'preact/hooks';
import { apiUrl, request } from '../../../api/client';
import type { Conversation } from '../../../api/types';
import { t } from '../../../i18n/translate';
import { announce, announceFailure } from '../../../parts/announcer';
import { DeleteDialog } from '../../../parts/delete-dialog';
import type { ConversationView } from '../conversation-view';
import { RetryButton } from '../retry-button';
import { ExportMenu } from './export-menu';

const FORMATS = ['text', 'md', 'docx', 'srt', 'vtt', 'json'] as const;

const EXTENSIONS: Readonly<Record<(typeof FORMATS)[number], string>> = {
  text: 'txt',
  md: 'md',
  docx: 'docx',
  srt: 'srt',
  vtt: 'vtt',
  json: 'json',
};

/** Actions on a conversation as a whole. */
export function Actions({ view }: { view: ConversationView }) {
  const { conversation, chunks } = view;
  const [isDeleting, setDeleting] = useState(false);
  const failed = chunks.filter(
    ({ status, audioExpiredAt }) => status === 'failed' && audioExpiredAt === null,
  );

  const finish = async () => {
    try {
      view.replaceConversation(
        await request<Conversation>(`conversations/${conversation.id}/finish`, { method: 'POST' }),
      );
      announce(t('conversation.finishing'));
    } catch (error) {
      announceFailure(error);
    }
    view.reload();
  };

  return (
    <>
      {failed.length > 1 && <RetryButton chunks={failed} onDone={view.reload} />}
      {conversation.status === 'open' && (
        <button type="button" onClick={() => void finish()}>
          {t('conversation.finish')}
        </button>
      )}
      <button type="button" onClick={() => void copyText(conversation.id).catch(announceFailure)}>
        {t('conversation.copy')}
      </button>
      <ExportMenu label={t('conversation.export')}>
        {FORMATS.map((format) => (
          <a
            key={format}
            href={apiUrl(`conversations/${conversation.id}/transcript`, { format })}
            download={`${fileName(conversation)}.${EXTENSIONS[format]}`}
          >
            {t(`conversation.format.${format}`)}
          </a>
        ))}
      </ExportMenu>
      <button type="button" class="danger" onClick={() => setDeleting(true)}>
        {t('conversation.delete')}
      </button>
      {isDeleting && (
        <DeleteDialog
          conversation={conversation}
          onClose={() => setDeleting(false)}
          onDeleted={view.reload}
        />
      )}
    </>
  );
}

async function copyText(id: string): Promise<void> {
  const response = await fetch(apiUrl(`conversations/${id}/transcript`, { format: 'text' }));
  if (!response.ok) throw new Error(t('common.failed'));
  await navigator.clipboard.writeText(await response.text());
  announce(t('conversation.copied'));
}

/** Letters and numbers of the title, which every system takes as the name of a file. */
function fileName({ id, title }: Conversation): string {
  const name = (title ?? '').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return name === '' ? id : name;
}
