import type { ChunkStatus, ConversationStatus } from '../api/types';
import { t } from '../i18n/translate';

/** A state in words with a colored dot; the color alone says nothing. */
export function StateLabel({ state }: { state: ChunkStatus | ConversationStatus }) {
  return <span class={`state state-${state}`}>{t(`state.${state}`)}</span>;
}
