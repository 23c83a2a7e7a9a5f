import type { ChunkItem } from '../../../api/types';
import { t } from '../../../i18n/translate';
import { conversationUrl } from '../location';
import { CorrectButton } from './correct-button';
import { uncorrectedText } from './progress';

interface UncorrectedNoteProps {
  chunk: ChunkItem;
  number: number;
  onDone: () => void;
  onStarted: () => void;
}

/** Says above a text that parts of it are not corrected. */
export function UncorrectedNote({ chunk, ...action }: UncorrectedNoteProps) {
  return (
    <div class="uncorrected">
      <p>
        {uncorrectedText(chunk)}{' '}
        <a href={conversationUrl(chunk.conversationId, { tab: 'runs', ms: null })}>
          {t('conversation.whichParts')}
        </a>
      </p>
      <CorrectButton chunk={chunk} {...action} />
    </div>
  );
}
