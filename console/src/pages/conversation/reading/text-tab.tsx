import { useEffect, useMemo, useRef } from 'preact/hooks';
import { t } from '../../../i18n/translate';
import { EmptyState, Loading } from '../../../parts/notices';
import type { ConversationView } from '../conversation-view';
import { ChunkSection } from './chunk-section';
import { wordFromTime, wordOf } from './find-word';
import { bringIntoView } from './follower';
import { HeardTip } from './heard-tip';
import type { Reading } from './reading';
import { Surface } from './surface';
import { useBudget } from './use-budget';
import { useReadingPlace } from './use-reading-place';
import { useLitWord } from './use-lit-word';
import { useWordCursor } from './use-word-cursor';

/** The text of all recordings: to read, to listen along, and to edit. */
export function TextTab({ view }: { view: ConversationView }) {
  if (view.readings === null) return <Loading />;
  if (view.chunks.length === 0) {
    return (
      <EmptyState title={t('conversation.empty')}>
        <p>{t('conversation.emptyHint')}</p>
        <p>
          <code>{`POST /api/conversations/${view.conversation.id}/chunks`}</code>
        </p>
      </EmptyState>
    );
  }
  return <Text view={view} readings={view.readings} />;
}

function Text({ view, readings }: { view: ConversationView; readings: readonly Reading[] }) {
  const { conversation, chunks, player, follower, jumpMs } = view;
  const container = useRef<HTMLDivElement>(null);
  const surface = useMemo(() => new Surface(), []);
  useEffect(() => () => surface.close(), [surface]);
  useEffect(() => follower.attach(), [follower]);
  useReadingPlace(view, readings, surface);

  const total = readings.reduce((sum, { paragraphs }) => sum + paragraphs.length, 0);
  const shown = Math.min(useBudget(total), total);
  useLitWord(container, { readings, surface, player, follower }, shown);
  const cursor = useWordCursor(readings, surface, player);

  useEffect(() => {
    const { value } = jumpMs;
    const word = value === null ? null : wordFromTime(readings, value);
    const range = word === null ? undefined : surface.rangeOf(readings, word);
    if (word === null || range === undefined) return;
    jumpMs.value = null;
    cursor.put(word);
    bringIntoView(range);
  }, [jumpMs.value, readings, shown]);

  const play = (event: MouseEvent) => {
    // A selection is made to be copied.
    if (event.button !== 0 || getSelection()?.isCollapsed === false) return;
    const found = surface.wordAt(event.clientX, event.clientY);
    const word = found === undefined ? undefined : wordOf(readings, found.word);
    if (found === undefined || word === undefined) return;
    cursor.put(found.word);
    follower.isFollowing.value = true;
    player.playFrom(word.start);
  };

  const byChunk = useMemo(() => new Map(readings.map((reading) => [reading.chunk.id, reading])), [readings]);
  let budget = shown;
  return (
    <>
      <div
        ref={container}
        class="reading"
        role="group"
        tabIndex={0}
        aria-label={t('conversation.textLabel')}
        onClick={play}
        onKeyDown={cursor.onKeyDown}
        // A click focuses as well; it shows its word by playing it.
        onFocus={({ currentTarget }) => currentTarget.matches(':focus-visible') && cursor.onFocus()}
        onBlur={cursor.onBlur}
      >
        {chunks.map((chunk, index) => {
          const reading = byChunk.get(chunk.id);
          const own = Math.max(0, budget);
          budget -= reading?.paragraphs.length ?? 0;
          if (own === 0 && shown < total) return null;
          return (
            <ChunkSection
              key={chunk.id}
              chunk={chunk}
              number={index + 1}
              reading={reading}
              shown={own}
              language={conversation.language}
              surface={surface}
              view={view}
            />
          );
        })}
      </div>
      <p class="visually-hidden" role="status">
        {cursor.spoken}
      </p>
      <HeardTip container={container} readings={readings} surface={surface} cursor={cursor.word.value} />
      {!follower.isFollowing.value && player.isPlaying.value && (
        <button
          type="button"
          class="follow-button"
          onClick={() => {
            follower.isFollowing.value = true;
            jumpMs.value = player.positionMs.peek();
          }}
        >
          {t('conversation.follow')}
        </button>
      )}
    </>
  );
}
