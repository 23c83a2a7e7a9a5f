import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n/translate';
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
      <meter class="level" min={0} max={1} value={level} aria-label={t('new.recorder.level')} />
      <p class="problem" role="status">
        {silentLooks >= SILENT_LOOKS && t('new.recorder.silent')}
      </p>
    </>
  );
}
