import { clock, t } from '../../../i18n/translate';
import { PlayIcon } from '../../../parts/icons';
import type { ConversationView } from '../conversation-view';
import type { ChangeInContext } from './contexts';

/** Time before a change from which it is played, so that the ear finds the sentence. */
const LEAD_MS = 1_000;

/** One change in its sentence, to read and to listen to. */
export function ChangeRow({ change, view }: { change: ChangeInContext; view: ConversationView }) {
  const { heard, text, start, end, before, after, origin, minor } = change;
  const time = clock(start);
  const { language } = view.conversation;
  return (
    <li class="change">
      <button
        type="button"
        class="quiet change-play"
        aria-label={t('conversation.playChange', { time })}
        onClick={() => view.player.playPassage(Math.max(0, start - LEAD_MS), end)}
      >
        <PlayIcon />
        <span class="number">{time}</span>
      </button>
      <p class="change-text" lang={language === 'auto' ? undefined : language}>
        {before !== '' && <span class="context">{before} </span>}
        {heard !== '' && (
          <del>
            <span class="visually-hidden">{t('conversation.heardBefore')} </span>
            {heard}
          </del>
        )}
        {heard !== '' && text !== '' && ' '}
        {text !== '' && (
          <ins>
            <span class="visually-hidden">{t('conversation.changedTo')} </span>
            {text}
          </ins>
        )}
        {after !== '' && <span class="context"> {after}</span>}
      </p>
      <p class="change-origin small">
        {t(`conversation.origin.${origin}`)}
        {minor && <> · {t('conversation.minor')}</>}
      </p>
    </li>
  );
}
