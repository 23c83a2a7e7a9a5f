/**
 * Keeps the screen on, as phones end a recording when they sleep. Browsers without it, and those
 * that refuse, record all the same.
 *
 * @returns lets the screen sleep again
 */
export function keepScreenOn(): () => void {
  // The types promise what old browsers do not have.
  const wakeLock = navigator.wakeLock as WakeLock | undefined;
  const lock = wakeLock?.request('screen').catch(() => undefined);
  return () => {
    void lock?.then((sentinel) => sentinel?.release());
  };
}
