import { useEffect, useRef } from 'preact/hooks';
import { clock, number, t } from '../../../i18n/translate';
import { BackIcon, ForwardIcon, PauseIcon, PlayIcon } from '../../../parts/icons';
import { KeysHelp } from './keys-help';
import { SKIP_MS, type Player } from './player';
import { useShortcuts } from './shortcuts';
import { SPEEDS } from './speed';

/** The player, pinned to the bottom of the window on all tabs. */
export function PlayerBar({ player }: { player: Player }) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => (audio.current === null ? undefined : player.attach(audio.current)), [player]);
  useShortcuts(player);
  const tracks = player.tracks.value;
  const areAllGone = tracks.length > 0 && tracks.every(({ isGone }) => isGone);
  const isSilent = tracks.length === 0 || areAllGone;

  return (
    <section
      class="player"
      aria-label={t('conversation.player')}
      onKeyDown={(event) => {
        // The speed and the dialog of the keys use the arrow keys themselves.
        if (event.target instanceof Element && event.target.closest('select, dialog') !== null) return;
        const step = { ArrowLeft: -SKIP_MS, ArrowRight: SKIP_MS }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        player.skip(step);
      }}
    >
      {/* No captions: the text of the page is what is said. */}
      <audio ref={audio} preload="metadata" />
      <div class="player-inner">
        <Slider player={player} isSilent={isSilent} />
        <div class="player-row">
          <Buttons player={player} isSilent={isSilent} />
          <Problem player={player} areAllGone={areAllGone} />
          <div class="player-end">
            <label class="speed">
              <span class="visually-hidden">{t('conversation.speed')}</span>
              <select
                class="quiet"
                value={String(player.speed.value)}
                onChange={({ currentTarget }) => player.setSpeed(Number(currentTarget.value))}
              >
                {SPEEDS.map((speed) => (
                  <option key={speed} value={String(speed)}>{`${number(speed)}×`}</option>
                ))}
              </select>
            </label>
            <KeysHelp />
          </div>
        </div>
      </div>
    </section>
  );
}

function Buttons({ player, isSilent }: { player: Player; isSilent: boolean }) {
  const isPlaying = player.isPlaying.value;
  const toggle = t(isPlaying ? 'conversation.pause' : 'conversation.play');
  return (
    <div class="player-buttons">
      <button
        type="button"
        class="quiet icon-button"
        aria-label={t('conversation.back5')}
        title={t('conversation.back5')}
        disabled={isSilent}
        onClick={() => player.skip(-SKIP_MS)}
      >
        <BackIcon />
      </button>
      <button
        type="button"
        class="primary icon-button play"
        aria-label={toggle}
        title={toggle}
        disabled={isSilent}
        onClick={() => player.toggle()}
      >
        {isPlaying ? <PauseIcon /> : <PlayIcon />}
      </button>
      <button
        type="button"
        class="quiet icon-button"
        aria-label={t('conversation.forward5')}
        title={t('conversation.forward5')}
        disabled={isSilent}
        onClick={() => player.skip(SKIP_MS)}
      >
        <ForwardIcon />
      </button>
    </div>
  );
}

function Slider({ player, isSilent }: { player: Player; isSilent: boolean }) {
  const total = player.totalMs.value;
  const time = clock(player.second.value * 1_000);
  return (
    <div class="player-slider">
      <span class="number player-time">{time}</span>
      <input
        type="range"
        min={0}
        max={Math.max(1, Math.ceil(total / 1_000))}
        step={1}
        value={player.second.value}
        disabled={isSilent}
        aria-label={t('conversation.position')}
        aria-valuetext={t('conversation.timeOf', { time, total: clock(total) })}
        onInput={({ currentTarget }) => player.seek(Number(currentTarget.value) * 1_000)}
      />
      <span class="number player-time">{clock(total)}</span>
    </div>
  );
}

/** Says why nothing is heard. The text does not need the recording. */
function Problem({ player, areAllGone }: { player: Player; areAllGone: boolean }) {
  const problem = player.problem.value;
  return (
    <p class="player-problem small" role="status">
      {areAllGone
        ? t('conversation.allGone')
        : player.tracks.value.length === 0
          ? t('conversation.noRecordings')
          : problem !== null && t(`conversation.${problem}`)}
    </p>
  );
}
