import type { CorrectionPart } from '../../../api/conversation-types';
import type { ChunkItem } from '../../../api/types';
import { number as formatted, t } from '../../../i18n/translate';
import { PlayIcon } from '../../../parts/icons';
import type { ConversationView } from '../conversation-view';
import { timesOf } from './times';

interface PartRowProps {
  part: CorrectionPart;
  chunk: ChunkItem;
  /** Position of the recording, counted from 1. */
  number: number;
  view: ConversationView;
}

/** Classes of the colored dots; the words say the same. */
const DOTS = { pending: 'queued', corrected: 'completed', uncorrected: 'failed' } as const;

/** One part of a recording: when it is, and how it was corrected. */
export function PartRow({ part, chunk, number, view }: PartRowProps) {
  const { ordinal, status, error, errorCode, inputTokens, outputTokens } = part;
  return (
    <tr role="row">
      <td role="cell" class="number">
        <span class="part-label">{t('conversation.column.part')} </span>
        {formatted(ordinal + 1)}
      </td>
      <td role="cell" class="number part-time" data-label={t('conversation.column.time')}>
        <PartTimes part={part} chunk={chunk} number={number} view={view} />
      </td>
      <td role="cell" data-label={t('conversation.column.state')}>
        <div>
          <span class={`state state-${DOTS[status]}`}>{t(`conversation.partState.${status}`)}</span>
          {error !== null && (
            <p class="small">
              <span lang="en">{error}</span> {errorCode !== null && <code>{errorCode}</code>}
            </p>
          )}
        </div>
      </td>
      <td role="cell" data-label={t('conversation.column.sound')}>
        <Sound part={part} />
      </td>
      <td role="cell" class="number" data-label={t('conversation.column.tokens')}>
        {inputTokens + outputTokens === 0
          ? '–'
          : t('conversation.partTokens', { input: formatted(inputTokens), output: formatted(outputTokens) })}
      </td>
    </tr>
  );
}

/** Plays the part, when its recording is on the player's timeline; the text goes there as well. */
function PartTimes({ part, chunk, number, view }: PartRowProps) {
  const times = timesOf(part, chunk);
  const track = view.player.tracks.value.find(({ chunkId, isGone }) => chunkId === chunk.id && !isGone);
  if (track === undefined) return <>{times}</>;
  const startMs = part.startMs ?? 0;
  const play = () => {
    const ms = track.startMs + startMs;
    view.jumpMs.value = ms;
    view.player.playFrom(ms);
  };
  return (
    <button
      type="button"
      class="quiet change-play"
      aria-label={t('conversation.playPart', { part: part.ordinal + 1, number, times })}
      onClick={play}
    >
      <PlayIcon />
      <span>{times}</span>
    </button>
  );
}

/** A part that is not corrected had no sound to be used. */
function Sound({ part: { status, usedAudio, audioOmitted } }: { part: CorrectionPart }) {
  if (status !== 'corrected' || usedAudio === null) return <>–</>;
  return (
    <div>
      {t(usedAudio ? 'conversation.soundUsed' : 'conversation.soundUnused')}
      {audioOmitted !== null && (
        <p class="small" lang="en">
          {audioOmitted}
        </p>
      )}
    </div>
  );
}
