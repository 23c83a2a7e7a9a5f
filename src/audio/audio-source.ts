/** Where a chunk's recording is: in our store, or wherever the sender keeps it. */
export type AudioSource = { kind: 'stored'; key: string; mimeType: string } | { kind: 'url'; url: string };

/** Columns of a chunk's recording. */
export interface AudioColumns {
  audio_key: string | null;
  audio_url: string | null;
  audio_mime_type: string | null;
}

/** The table holds exactly one of key and URL. */
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
