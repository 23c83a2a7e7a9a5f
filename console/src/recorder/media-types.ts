/** Containers in order of preference; each browser records at least one of them. */
const CONTAINERS = [
  { mimeType: 'audio/webm;codecs=opus', extension: 'webm' },
  { mimeType: 'audio/mp4', extension: 'm4a' },
  { mimeType: 'audio/ogg;codecs=opus', extension: 'ogg' },
] as const;

/** Returns the type to record in; undefined leaves the choice to the browser. */
export function supportedType(isSupported: (mimeType: string) => boolean): string | undefined {
  return CONTAINERS.find(({ mimeType }) => isSupported(mimeType))?.mimeType;
}

/** Returns the name under which a piece is sent or saved; pieces are sorted by it. */
export function pieceName(number: number, mimeType: string): string {
  const container = mimeType.split(';', 1)[0] ?? '';
  const known = CONTAINERS.find((one) => one.mimeType.startsWith(container) && container !== '');
  return `piece-${String(number + 1).padStart(NUMBER_WIDTH, '0')}.${known?.extension ?? 'bin'}`;
}

/** Digits of a number in a file's name: enough for four days. */
const NUMBER_WIDTH = 4;
