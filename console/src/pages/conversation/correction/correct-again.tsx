import { useState } from 'preact/hooks';
import { correctAgain } from '../../../api/corrections';
import type { ChunkItem } from '../../../api/types';
import { counted, t } from '../../../i18n/translate';
import { announce } from '../../../parts/announcer';
import { WriteDialog } from '../../../parts/write-dialog';

interface CorrectAgainProps {
  chunk: ChunkItem;
  number: number;
  onDone: () => void;
  onStarted: () => void;
}

/** Corrects a text again that is corrected, after a question, as it costs a new correction. */
export function CorrectAgain({ chunk, number, onDone, onStarted }: CorrectAgainProps) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        class="quiet correct-again"
        aria-label={t('conversation.correctAgainLabel', { number })}
        onClick={() => setAsking(true)}
      >
        {t('conversation.correctAgain')}
      </button>
      {isAsking && (
        <WriteDialog
          title={t('conversation.correctAgainTitle', { number })}
          button={t('conversation.correctAgain')}
          onClose={() => setAsking(false)}
          write={async () => {
            await correctAgain(chunk.id, { force: true });
            setAsking(false);
            onStarted();
            onDone();
            announce(t('conversation.correctionStarted', { number }));
          }}
        >
          <p>{counted('conversation.correctAgainText', Math.max(1, chunk.correction?.windows.total ?? 1))}</p>
        </WriteDialog>
      )}
    </>
  );
}
