/** Quieter sound shows as nothing: the noise of a quiet room. */
const FLOOR_DB = -60;

/** Returns the loudness of samples on a scale for a meter: 0 is silence, 1 the loudest possible. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length);
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}
