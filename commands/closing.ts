/**
 * Does the work, then closes its resource, also when the work failed.
 *
 * @throws what the work or the closing threw; both, in an AggregateError, when both failed
 */
export async function closing<T>(close: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    try {
      await close();
    } catch (closeError) {
      throw new AggregateError([error, closeError], 'it failed, and so did the stop', { cause: closeError });
    }
    throw error;
  }
  await close();
  return result;
}
