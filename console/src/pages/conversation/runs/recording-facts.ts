import type { ChunkItem } from '../../../api/types';
import { clock, counted, number } from '../../../i18n/translate';

const HERTZ_PER_KILOHERTZ = 1_000;

/** Says what is known about a recording, such as `12:34 · mp4, aac · 1 channel · 44.1 kHz`. */
export function recordingFacts({
  audioSeconds,
  recording,
}: Pick<ChunkItem, 'audioSeconds' | 'recording'>): string {
  const length = audioSeconds === null ? [] : [clock(audioSeconds * 1_000)];
  if (recording === null) return length.join('');
  const { container, codec, channels, sampleRate } = recording;
  return [
    ...length,
    codec === null || codec === container ? container : `${container}, ${codec}`,
    counted('conversation.channels', channels),
    `${number(sampleRate / HERTZ_PER_KILOHERTZ)} kHz`,
  ].join(' · ');
}
