import type { ModelProvider } from './language-model.js';
import { cancelled, timedOut } from './model-failure.js';

/**
 * Runs a call and returns no later than its deadline, even if the call ignores its signal (Vertex
 * AI's SDK accepts none, and fetches its token without a timeout). A call that missed the deadline
 * is not awaited, and its result is ignored.
 *
 * @param options.timeoutMs milliseconds from now
 * @param options.signal the caller's abort signal
 * @throws ProviderUnavailableError `timeout` or `cancelled`; otherwise the call's own error
 */
export async function withDeadline<T>(
  options: { provider: ModelProvider; timeoutMs: number; signal?: AbortSignal },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { provider, timeoutMs, signal } = options;
  if (signal?.aborted === true) throw cancelled(provider);

  const controller = new AbortController();
  let stop: (reason: Error) => void = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (reason) => {
      // Rejects before aborting, so that the call's own abort error comes too late to win the race.
      reject(reason);
      controller.abort();
    };
  });
  const timer = setTimeout(() => {
    stop(timedOut(provider, timeoutMs));
  }, timeoutMs);
  const onAbort = (): void => {
    stop(cancelled(provider));
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([call(controller.signal), stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
