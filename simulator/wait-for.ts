/** The fact did not come true in time. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';
  readonly code = 'SIMULATOR_WAIT_TIMEOUT';
}

/**
 * Resolves as soon as the predicate holds, at once if it does already. It is asked again after changes, once for all
 * changes of the same turn of the event loop.
 *
 * @param onChange subscribes to changes and returns how to unsubscribe
 * @param describe what is known at the time-out, for its message
 * @throws WaitTimeoutError after `timeoutMs`; what the predicate throws is thrown at once
 */
export function waitForFact(
  predicate: () => boolean,
  wait: { timeoutMs: number; onChange: (listener: () => void) => () => void; describe: () => string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked: NodeJS.Immediate | null = null;
    const end = (settle: () => void): void => {
      clearTimeout(limit);
      unsubscribe();
      if (asked !== null) {
        clearImmediate(asked);
      }
      settle();
    };
    const ask = (): void => {
      asked = null;
      try {
        if (predicate()) {
          end(resolve);
        }
      } catch (error) {
        end(() => {
          reject(error instanceof Error ? error : new Error('The predicate threw.', { cause: error }));
        });
      }
    };
    const limit = setTimeout(() => {
      const message = `The awaited fact did not come true within ${wait.timeoutMs} ms. ${wait.describe()}`;
      end(() => {
        reject(new WaitTimeoutError(message));
      });
    }, wait.timeoutMs);
    const unsubscribe = wait.onChange(() => {
      asked ??= setImmediate(ask);
    });
    ask();
  });
}
