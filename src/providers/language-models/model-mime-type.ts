/**
 * Names that browsers and file detectors use for formats that Gemini calls differently
 * (https://ai.google.dev/gemini-api/docs/audio; the containers of browser recordings hold sound
 * only).
 */
const KNOWN_AS: Record<string, string> = {
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/mpeg': 'audio/mp3',
  'audio/x-mpeg': 'audio/mp3',
  'audio/x-mp3': 'audio/mp3',
  'audio/x-aac': 'audio/aac',
  'audio/x-flac': 'audio/flac',
  'audio/x-aiff': 'audio/aiff',
  'audio/opus': 'audio/ogg',
  'application/ogg': 'audio/ogg',
  'audio/m4a': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
  'video/mp4': 'audio/mp4',
  'video/webm': 'audio/webm',
};

/** Returns the media type by Gemini's name for it, without parameters such as codecs. */
export function modelMimeType(mimeType: string): string {
  const bare = (mimeType.split(';')[0] ?? '').trim().toLowerCase();
  return KNOWN_AS[bare] ?? bare;
}
