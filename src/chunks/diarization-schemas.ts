/** Names by which clients of the API recognize the format of a chunk's `diarization`. */
export const DIARIZATION_SCHEMAS = {
  /** Stored before the correction. */
  firstStage: 'Dembrane-25-09-assemblyai-partial',
  corrected: 'Dembrane-25-09',
  /** Corrected, or transcribed by Gemini, for an anonymized conversation. */
  anonymized: 'Dembrane-26-01-redaction',
  /** Text of AssemblyAI alone. */
  assemblyai: 'ASSEMBLYAI',
  litellm: 'LITELLM',
  gemini: 'GEMINI',
} as const;
