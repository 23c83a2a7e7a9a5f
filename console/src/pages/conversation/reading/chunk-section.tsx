import type { ChunkItem } from '../../../api/types';
import { t } from '../../../i18n/translate';
import type { ConversationView } from '../conversation-view';
import { CorrectionState } from '../correction/correction-state';
import { isPartlyCorrected } from '../correction/progress';
import { UncorrectedNote } from '../correction/uncorrected-note';
import { useKeptFocus } from '../correction/use-kept-focus';
import { ChunkEditor } from '../editing/chunk-editor';
import { ChunkTools } from '../editing/chunk-tools';
import { ChunkText } from './chunk-text';
import { UnfinishedChunk } from './unfinished-chunk';
import type { Reading } from './reading';
import type { Surface } from './surface';

interface ChunkSectionProps {
  chunk: ChunkItem;
  /** Counted from 1, as people do. */
  number: number;
  /** Undefined until the chunk is completed. */
  reading: Reading | undefined;
  shown: number;
  /** Language of the recording, or `auto`. */
  language: string;
  surface: Surface;
  view: ConversationView;
}

/** One recording's text, with its heading and its tools. */
export function ChunkSection({ chunk, number, reading, shown, language, surface, view }: ChunkSectionProps) {
  const isEdited = view.editing.value.has(chunk.id);
  const { heading, expect } = useKeptFocus(chunk);
  return (
    <section class="chunk" id={`chunk-${chunk.id}`} aria-label={t('conversation.recording', { number })}>
      <div class="chunk-head">
        <h2 ref={heading} tabIndex={-1}>
          {t('conversation.recording', { number })}
        </h2>
        {chunk.status !== 'completed' && <CorrectionState chunk={chunk} number={number} />}
        {chunk.editedAt !== null && <span class="small">{t('conversation.edited')}</span>}
        {!isEdited && reading !== undefined && <ChunkTools chunk={chunk} number={number} view={view} />}
      </div>
      {isPartlyCorrected(chunk) && (
        <UncorrectedNote chunk={chunk} number={number} onDone={view.reload} onStarted={expect} />
      )}
      <div class="chunk-text" lang={language === 'auto' ? undefined : language} dir="auto">
        {isEdited ? (
          <ChunkEditor chunk={chunk} number={number} view={view} />
        ) : reading === undefined ? (
          <UnfinishedChunk chunk={chunk} view={view} />
        ) : reading.paragraphs.length === 0 ? (
          <p class="nothing">{t('conversation.nothingSaid')}</p>
        ) : (
          <ChunkText
            reading={reading}
            shown={shown}
            conversationId={chunk.conversationId}
            surface={surface}
            player={view.player}
          />
        )}
      </div>
    </section>
  );
}
