/**
 * Keeps the screen on, as phones end a recording when they sleep. Browsers without it, and those
 * that refuse, record all the same.
 *
 * @returns lets the screen sleep again
 */
export function keepScreenOn(): () => void {
  // The types promise what old browsers do not have.
  const wakeLock = navigator.wakeLock as WakeLock | undefined;
  let lock: Promise<WakeLockSentinel | undefined> | undefined;
  const request = () => {
    if (document.visibilityState === 'visible') lock = wakeLock?.request('screen').catch(() => undefined);
  };
  request();
  // The browser takes the lock away while another tab is shown.
  document.addEventListener('visibilitychange', request);
  return () => {
    document.removeEventListener('visibilitychange', request);
    void lock?.then((sentinel) => sentinel?.release());
  };
}
