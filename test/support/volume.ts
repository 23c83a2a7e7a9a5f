/** Set by `npm run soak`: runs the long tests at full volume, `full`, or a sample of them. */
const IS_FULL = process.env.RINGBACK_SOAK === 'full';

/**
 * Returns the volume of a test that proves "once each" or "in the middle", and not "many".
 *
 * @param usual in `npm test`
 * @param full in `npm run soak`
 */
export function volume(usual: number, full: number): number {
  return IS_FULL ? full : usual;
}
