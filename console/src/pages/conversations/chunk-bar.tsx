import type { ChunkCounts } from '../../api/types';
import { counted, t } from '../../i18n/translate';

/** The chunks of a conversation by their state, as a bar with the numbers beside it. */
export function ChunkBar({ counts }: { counts: ChunkCounts }) {
  const { total } = counts;
  if (total === 0) return <span class="small">{t('conversations.noChunks')}</span>;
  const states = (['completed', 'failed', 'pending'] as const).filter((state) => counts[state] > 0);
  return (
    <>
      <span class="chunk-bar" aria-hidden="true">
        {states.map((state) => (
          <span key={state} class={`chunk-share ${state}`} style={{ flexGrow: counts[state] }} />
        ))}
      </span>
      <span class="small">
        {states.map((state) => counted(`conversations.${state}`, counts[state])).join(', ')}
      </span>
    </>
  );
}
