/** Location of a chunk's recording: in our store, or at a URL of the sender. */
export type AudioSource = { kind: 'stored'; key: string; mimeType: string } | { kind: 'url'; url: string };

/** Columns of a chunk's recording. */
export interface AudioColumns {
  audio_key: string | null;
  audio_url: string | null;
  audio_mime_type: string | null;
}

/** Reads the location of a recording. Each row has exactly one of key and URL. */
export function audioSource(row: AudioColumns): AudioSource {
  if (row.audio_key !== null) {
    return {
      kind: 'stored',
      key: row.audio_key,
      mimeType: row.audio_mime_type ?? 'application/octet-stream',
    };
  }
  return { kind: 'url', url: row.audio_url ?? '' };
}
