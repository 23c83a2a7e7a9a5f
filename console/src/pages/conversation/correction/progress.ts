import type { ChunkItem } from '../../../api/types';
import { counted, t } from '../../../i18n/translate';

export interface PartCounts {
  total: number;
  corrected: number;
}

type Corrected = Pick<ChunkItem, 'status' | 'correction'>;

/** Shares of a correction that are told to screen readers: each part would be too many. */
const QUARTERS = 4;

/** Returns how far the correction of several parts is; null when none is under way. */
export function progressOf({ status, correction }: Corrected): PartCounts | null {
  if (status !== 'correcting' || correction === null || correction.windows.total < 2) return null;
  return correction.windows;
}

/** Returns the number of parts of a completed recording that are not corrected. */
export function uncorrectedParts({ status, correction }: Corrected): number {
  if (status !== 'completed' || correction === null) return 0;
  return correction.windows.total - correction.windows.corrected;
}

/** Whether a part of the text is corrected, and another one is not. */
export function isPartlyCorrected(chunk: Corrected): boolean {
  return uncorrectedParts(chunk) > 0 && (chunk.correction?.windows.corrected ?? 0) > 0;
}

/** Says that a completed text is not corrected, or which share of it. */
export function uncorrectedText(chunk: Corrected): string {
  const total = chunk.correction?.windows.total ?? 0;
  return isPartlyCorrected(chunk)
    ? counted('conversation.uncorrectedParts', uncorrectedParts(chunk), { total })
    : t('conversation.uncorrectedText');
}

/**
 * Returns what is told to screen readers about a recording of several parts, at each quarter and at
 * the end; null when there is nothing to tell.
 *
 * @param number of the recording, counted from 1
 */
export function newsOf(chunk: Corrected, number: number): string | null {
  const progress = progressOf(chunk);
  if (progress !== null) {
    const { corrected, total } = progress;
    const quarter = Math.floor((QUARTERS * corrected) / total);
    return t('conversation.partsNews', {
      number,
      total,
      corrected: Math.ceil((quarter * total) / QUARTERS),
    });
  }
  if (chunk.status !== 'completed' || (chunk.correction?.windows.total ?? 0) < 2) return null;
  const text = uncorrectedParts(chunk) === 0 ? t('conversation.correctedNews') : uncorrectedText(chunk);
  return `${t('conversation.recording', { number })}: ${text}`;
}
