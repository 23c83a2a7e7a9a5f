import { useEffect, useReducer } from 'preact/hooks';
import { clock, counted, t } from '../i18n/translate';
import { announceFailure, failureText } from '../parts/announcer';
import { uploadProblem } from '../uploads/upload-problem';
import { LevelMeter } from './level-meter';
import { pieceName } from './media-types';
import { microphoneProblem } from './microphone-problem';
import type { Recording } from './recording';

const CLOCK_MS = 250;

/** A recording while it is made, and until all of it has been sent. */
export function RecorderPanel({ recording }: { recording: Recording }) {
  const state = recording.state.value;
  const stream = recording.stream.value;
  return (
    <section class="recorder" aria-label={t('new.recorder.label')}>
      <p class="recorder-clock">
        <span class={`recording-light ${state}`} aria-hidden="true" />
        <Elapsed recording={recording} />
        <span role="status">{t(`new.recorder.${state}`)}</span>
      </p>
      {stream !== null && <LevelMeter stream={stream} />}
      {recording.interruption.value !== null && (
        <p class="problem" role="alert">
          {t('new.recorder.interrupted')}
        </p>
      )}
      <Progress recording={recording} />
      {state === 'blocked' ? <Blocked recording={recording} /> : <Controls recording={recording} />}
      {state !== 'blocked' && <p class="small">{t('new.recorder.explanation')}</p>}
    </section>
  );
}

function Elapsed({ recording }: { recording: Recording }) {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, CLOCK_MS, undefined);
    return () => clearInterval(timer);
  }, []);
  return (
    <span class="number" role="timer" aria-label={t('new.recorder.elapsed')}>
      {clock(recording.elapsedMs())}
    </span>
  );
}

function Progress({ recording: { sender, trouble } }: { recording: Recording }) {
  return (
    <div class="recorder-progress">
      <p>
        <span>{counted('new.recorder.sent', sender.sent.value)}</span>
        {' · '}
        <span>{counted('new.recorder.waiting', sender.waiting.value)}</span>
      </p>
      <p class="problem" role="status">
        {trouble.value !== null && t('new.recorder.offline', { reason: failureText(trouble.value) })}
      </p>
    </div>
  );
}

function Controls({ recording }: { recording: Recording }) {
  const state = recording.state.value;
  if (state === 'sending') return null;
  return (
    <div class="actions">
      {state === 'recording' ? (
        <button key="pause" type="button" onClick={() => void recording.pause()}>
          {t('new.recorder.pause')}
        </button>
      ) : (
        <button
          key="pause"
          type="button"
          onClick={() => {
            recording.resume().catch((error: unknown) => announceFailure(microphoneProblem(error)));
          }}
        >
          {t('new.recorder.resume')}
        </button>
      )}
      <button class="primary" type="button" onClick={() => void recording.stop()}>
        {t('new.recorder.stop')}
      </button>
    </div>
  );
}

/** The service refuses pieces, or to finish: nothing is thrown away without being asked. */
function Blocked({ recording }: { recording: Recording }) {
  const refusals = recording.sender.refusals.value;
  const error = refusals[0]?.error ?? recording.finishError.value;
  return (
    <div class="notice failure" role="alert">
      {refusals.length > 0 && <h2>{counted('new.recorder.refused', refusals.length)}</h2>}
      <p>{uploadProblem(error)}</p>
      <div class="actions">
        <button type="button" onClick={() => void recording.tryAgain()}>
          {t('common.retry')}
        </button>
        {refusals.length > 0 && (
          <button type="button" onClick={() => void saveRefused(recording).catch(announceFailure)}>
            {t('new.recorder.save')}
          </button>
        )}
        <button class="danger" type="button" onClick={() => void recording.giveUp().catch(announceFailure)}>
          {t('new.recorder.giveUp')}
        </button>
      </div>
    </div>
  );
}

async function saveRefused(recording: Recording): Promise<void> {
  for (const { number, mimeType, sound } of await recording.refusedSounds()) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(sound);
    link.download = pieceName(number, mimeType);
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
