/** The condition did not become true in time. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';
  readonly code = 'SIMULATOR_WAIT_TIMEOUT';
}

/**
 * Resolves as soon as the predicate holds, at once if it already does. The predicate is evaluated
 * after changes, once for all changes of one event loop iteration.
 *
 * @param onChange subscribes to changes and returns how to unsubscribe
 * @param describe describes the state for the message of the timeout
 * @throws WaitTimeoutError after `timeoutMs`; an error of the predicate is thrown at once
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
