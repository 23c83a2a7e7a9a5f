import type { CorrectionPart } from '../../../api/conversation-types';
import type { ChunkItem } from '../../../api/types';
import { clock, t } from '../../../i18n/translate';

/** Says from when to when a part lasts in its recording, such as `8:01–16:02`. */
export function timesOf(
  { startMs, endMs }: Pick<CorrectionPart, 'startMs' | 'endMs'>,
  { audioSeconds }: Pick<ChunkItem, 'audioSeconds'>,
): string {
  const lastMs = endMs ?? (audioSeconds === null ? null : audioSeconds * 1_000);
  if (lastMs === null) return t('conversation.wholeRecording');
  return `${clock(startMs ?? 0)}–${clock(lastMs)}`;
}
