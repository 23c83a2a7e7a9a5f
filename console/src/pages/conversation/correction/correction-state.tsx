import type { ChunkItem } from '../../../api/types';
import { t } from '../../../i18n/translate';
import { StateLabel } from '../../../parts/state-label';
import { progressOf } from './progress';

/** State of a recording; while several parts are corrected, with the number of those that are. */
export function CorrectionState({ chunk, number }: { chunk: ChunkItem; number: number }) {
  const progress = progressOf(chunk);
  if (progress === null) return <StateLabel state={chunk.status} />;
  const { corrected, total } = progress;
  return (
    <span class="correction-progress">
      <span class="state state-correcting number">
        {t('conversation.correctingParts', { corrected, total })}
      </span>
      <progress max={total} value={corrected} aria-label={t('conversation.correctionOf', { number })} />
    </span>
  );
}
