/**
 * Advice on a recording that was not transcribed, by the code of its error. The table in
 * docs/operations.md says more.
 */
const ADVICE: Readonly<Record<string, string>> = {
  no_speech: 'Nothing was said in it, or too little to tell the language: there is nothing to transcribe.',
  not_audio: 'Give a recording with sound, in a common audio or video format.',
  too_large: 'Split the recording, or raise MAX_UPLOAD_BYTES of the service.',
  text_too_long: 'Split the recording: its text is longer than ten hours of speech.',
  timeout: 'Try again later; TRANSCRIPTION_TIMEOUT_MS sets how long a transcript may take.',
  unauthorized:
    'Check ASSEMBLYAI_API_KEY, and its region in ASSEMBLYAI_BASE_URL; npm run doctor checks both.',
  forbidden: 'Check ASSEMBLYAI_API_KEY, and its region in ASSEMBLYAI_BASE_URL; npm run doctor checks both.',
  wrong_url: 'Correct ASSEMBLYAI_BASE_URL, which does not lead to AssemblyAI.',
  audio_missing: 'Check that all processes of the service share the folder DATA_DIR, then try again.',
  withheld: 'Make the model available that redacts the text, then try again.',
};

/** Fits failures on the side of the provider, and those that it does not explain. */
const TRY_AGAIN = 'Read the message, then try again; npm run doctor checks keys, models and connections.';

export function adviceFor(code: string): string {
  return ADVICE[code] ?? TRY_AGAIN;
}
