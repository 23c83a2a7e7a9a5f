import type { Diarization, RedactionPass } from '../database/schema.js';
import { redactPatternsInSteps } from '../redaction/redact-patterns.js';
import { redactResponse } from '../redaction/redact-response.js';

export interface StoredText {
  transcript: string;
  diarization: Diarization;
}

/** Redacts, by patterns, a text and response that were stored before redaction was requested. */
export async function redactStoredText({
  transcript,
  diarization: { schema, data },
}: StoredText): Promise<StoredText & { redaction: RedactionPass[] }> {
  const { text, counts } = await redactPatternsInSteps(transcript);
  return {
    transcript: text,
    diarization: { schema, data: await redactResponse(data) },
    redaction: [{ by: 'first_stage_patterns', at: new Date().toISOString(), counts }],
  };
}
