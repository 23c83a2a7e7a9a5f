import { useState } from 'preact/hooks';
import { correctAgain } from '../../../api/corrections';
import type { ChunkItem } from '../../../api/types';
import { counted, t } from '../../../i18n/translate';
import { announce, announceFailure } from '../../../parts/announcer';
import { isPartlyCorrected, uncorrectedParts } from './progress';

interface CorrectButtonProps {
  chunk: ChunkItem;
  number: number;
  /** Called when the request was answered, and when it was refused. */
  onDone: () => void;
  onStarted: () => void;
}

/** Corrects the parts of a recording again whose correction failed. */
export function CorrectButton({ chunk, number, onDone, onStarted }: CorrectButtonProps) {
  const [isBusy, setBusy] = useState(false);
  const correct = async () => {
    setBusy(true);
    try {
      await correctAgain(chunk.id, { force: false });
      onStarted();
      announce(t('conversation.correctionStarted', { number }));
    } catch (error) {
      announceFailure(error);
    } finally {
      setBusy(false);
      onDone();
    }
  };
  return (
    <button type="button" aria-disabled={isBusy} onClick={() => void (isBusy || correct())}>
      {isPartlyCorrected(chunk)
        ? counted('conversation.correctParts', uncorrectedParts(chunk))
        : t('conversation.correctAgain')}
    </button>
  );
}
