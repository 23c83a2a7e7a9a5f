import { memo } from './memo';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { clock, t } from '../../../i18n/translate';
import { conversationUrl } from '../location';
import type { Player } from '../player/player';
import type { Paragraph, Reading } from './reading';
import type { Surface } from './surface';

interface ChunkTextProps {
  reading: Reading;
  /** Number of its paragraphs that are shown. */
  shown: number;
  conversationId: string;
  surface: Surface;
  player: Player;
}

/**
 * Paragraphs that are rendered, or left alone, together. They are a grid of their own: a paragraph
 * that comes into sight changes the layout of its group, and not of thousands of paragraphs.
 */
const GROUP = 40;

/** The paragraphs of a chunk. */
export function ChunkText({ reading, shown, ...context }: ChunkTextProps) {
  const groups = [];
  for (let first = 0; first < Math.min(shown, reading.paragraphs.length); first += GROUP) {
    const end = Math.min(first + GROUP, shown, reading.paragraphs.length);
    groups.push(<Group key={first} reading={reading} first={first} end={end} {...context} />);
  }
  return <>{groups}</>;
}

type GroupProps = Omit<ChunkTextProps, 'shown'> & { first: number; end: number };

const Group = memo(function Group({ reading, first, end, ...context }: GroupProps) {
  return (
    <div class="paragraph-group">
      {reading.paragraphs.slice(first, end).map((paragraph) => (
        <ParagraphText key={paragraph.firstWord} reading={reading} paragraph={paragraph} {...context} />
      ))}
    </div>
  );
});

type ParagraphProps = Omit<ChunkTextProps, 'shown'> & { paragraph: Paragraph };

function ParagraphText({ reading, paragraph, conversationId, surface, player }: ParagraphProps) {
  const element = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(
    () => (element.current === null ? undefined : surface.bind(reading, paragraph, element.current)),
    [reading, paragraph, surface],
  );
  const { startMs, speaker, text } = paragraph;
  return (
    <div class="paragraph" style={{ containIntrinsicBlockSize: `auto ${estimatedHeight(text)}rem` }}>
      <div class="paragraph-head">
        {/* Not reached by Tab: from the keyboard, arrow keys and Enter play words. */}
        <a
          class="number"
          tabIndex={-1}
          href={conversationUrl(conversationId, { ms: startMs })}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            // The router listens further up, and would leave a page in the history.
            event.stopPropagation();
            player.playFrom(startMs);
          }}
        >
          {clock(startMs)}
        </a>
        {speaker !== null && <span>{t('conversation.speaker', { speaker })}</span>}
      </div>
      <p ref={element}>{text}</p>
    </div>
  );
}

/** Characters on a line and height of a line in rem, as the style sheet sets them. */
const LINE_CHARACTERS = 66;
const LINE_HEIGHT = 1.9;

/** Height of a paragraph before it was ever laid out, so that the scroll bar hardly moves. */
function estimatedHeight(text: string): number {
  return Math.ceil(text.length / LINE_CHARACTERS) * LINE_HEIGHT;
}
