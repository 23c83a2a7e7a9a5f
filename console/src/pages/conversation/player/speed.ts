/** Speeds at which speech can still be followed. */
export const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** Key of the browser's local storage. */
const STORED_SPEED = 'ringback.speed';

export function storedSpeed(): number {
  const stored = Number(localStorage.getItem(STORED_SPEED));
  return SPEEDS.find((speed) => speed === stored) ?? 1;
}

export function storeSpeed(speed: number): void {
  localStorage.setItem(STORED_SPEED, String(speed));
}
