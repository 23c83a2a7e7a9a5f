import type { ModelProvider } from './language-model.js';
import { cancelled, timedOut } from './model-failure.js';

/**
 * Runs a call and returns no later than its deadline, also when the call pays no attention to the signal that it is given
 * (Vertex AI's SDK takes none, and fetches its token without a time limit). A call left behind is not waited for; how it
 * ends is of no interest any more.
 *
 * @param options.timeoutMs milliseconds from now
 * @param options.signal the caller's own wish to stop
 * @throws ProviderUnavailableError `timeout` or `cancelled`; else whatever the call throws
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
      // First the verdict, then the abort: the call's own complaint about being aborted comes too late to matter.
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
