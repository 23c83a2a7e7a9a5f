import { useEffect, useState } from 'preact/hooks';
import { percent, t } from '../i18n/translate';
import { levelOf } from './level';

const LOOK_MS = 100;
/** Looks without any sound after which the microphone is probably muted: five seconds. */
const SILENT_LOOKS = 50;

/** Shows that sound arrives, and says so when none does. */
export function LevelMeter({ stream }: { stream: MediaStream }) {
  const [level, setLevel] = useState(0);
  const [silentLooks, setSilentLooks] = useState(0);

  useEffect(() => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const heard = levelOf(samples);
      setLevel(heard);
      setSilentLooks((before) => (heard > 0 ? 0 : before + 1));
    }, LOOK_MS);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [stream]);

  return (
    <>
      <div
        class="level"
        role="meter"
        aria-label={t('new.recorder.level')}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={level}
        aria-valuetext={percent(level)}
      >
        <div style={{ width: `${level * 100}%` }} />
      </div>
      <p class="problem" role="status">
        {silentLooks >= SILENT_LOOKS && t('new.recorder.silent')}
      </p>
    </>
  );
}
