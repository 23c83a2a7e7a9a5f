import { useEffect } from 'preact/hooks';

/** Short enough to watch a repair; the answer takes the service a few statements. */
const REFRESH_MS = 5_000;

/** Calls `refresh` every few seconds while the page is visible, and when it becomes so again. */
export function useRefresh(refresh: () => void): void {
  useEffect(() => {
    const refreshIfVisible = () => {
      if (document.visibilityState === 'visible') refresh();
    };
    const timer = setInterval(refreshIfVisible, REFRESH_MS);
    document.addEventListener('visibilitychange', refreshIfVisible);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', refreshIfVisible);
    };
  }, [refresh]);
}
