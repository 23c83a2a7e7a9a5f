import { DIARIZATION_SCHEMAS } from '../chunks/diarization-schemas.js';
import type { FirstStageText, StorableWindow } from '../chunks/texts.js';
import { planWindows, type PlannedWindow } from '../chunks/windows/plan-windows.js';
import type { ChunkFailure } from '../chunks/chunk-transitions.js';
import type { Diarization, RedactionPass } from '../database/schema.js';
import { redactPatternsInSteps } from '../redaction/redact-patterns.js';
import { redactResponse } from '../redaction/redact-response.js';
import { finishInSteps } from '../redaction/steps.js';
import type { TextReading } from '../providers/assemblyai/read-transcript.js';

export interface PrivacySettings {
  redactPii: boolean;
  anonymize: boolean;
}

interface StorableReading {
  transcript: string;
  diarization: Diarization;
  audioSeconds?: number;
  redaction?: RedactionPass[];
  isRedacted: boolean;
}

/**
 * Returns the storable part of a first-stage text: all of it, or a version redacted by patterns. Of
 * an anonymized conversation that is the length of the recording, and nothing else of the
 * provider's answer. The correction of such a chunk then asks the provider again, and keeps the
 * text in memory only. A long recording has windows, each with its part of the text.
 *
 * @param options.windowSeconds target length of a window
 */
export async function firstStageText(
  privacy: PrivacySettings,
  reading: TextReading,
  { windowSeconds }: { windowSeconds: number },
): Promise<FirstStageText> {
  const { text, raw, audioDurationSeconds: durationSeconds } = reading;
  const planned = await finishInSteps(
    planWindows({ text, words: raw.words, durationSeconds }, windowSeconds),
  );
  const windows = planned && (await Promise.all(planned.map((window) => storableWindow(privacy, window))));
  if (privacy.anonymize) {
    const audioSeconds = secondsOf(reading);
    return { transcript: null, diarization: null, audioSeconds, isRedacted: true, windows };
  }
  return { ...(await storable(privacy, reading, DIARIZATION_SCHEMAS.firstStage)), windows };
}

/** The parts are redacted alone, which gives the same as redacting the whole text. */
async function storableWindow(
  { redactPii, anonymize }: PrivacySettings,
  window: PlannedWindow,
): Promise<StorableWindow> {
  if (anonymize) return { ...window, text: null };
  if (!redactPii) return window;
  return { ...window, text: (await redactPatternsInSteps(window.text)).text };
}

/** Result for an anonymized conversation when the provider cannot anonymize. */
export const WITHHELD = {
  kind: 'withheld',
  errorCode: 'withheld',
  error:
    'This conversation is anonymized, which needs a language model; set TRANSCRIPTION_PROVIDER to Dembrane-25-09 or Gemini.',
} as const;

/**
 * Returns the final text of a provider without a correction stage. Such a provider cannot redact
 * names, so the text of an anonymized conversation is withheld.
 */
export async function finalText(
  privacy: PrivacySettings,
  reading: TextReading,
  schema: string,
): Promise<({ kind: 'text' } & StorableReading) | ({ kind: 'withheld' } & ChunkFailure)> {
  if (privacy.anonymize) return WITHHELD;
  return { kind: 'text', ...(await storable(privacy, reading, schema)) };
}

async function storable(
  { redactPii }: PrivacySettings,
  reading: TextReading,
  schema: string,
): Promise<StorableReading> {
  const audioSeconds = secondsOf(reading);
  if (!redactPii) {
    const diarization = { schema, data: reading.raw };
    return { transcript: reading.text, diarization, audioSeconds, isRedacted: false };
  }
  const { text, counts } = await redactPatternsInSteps(reading.text);
  return {
    transcript: text,
    diarization: { schema, data: await redactResponse(reading.raw) },
    audioSeconds,
    redaction: [{ by: 'first_stage_patterns', at: new Date().toISOString(), counts }],
    isRedacted: true,
  };
}

/** Some providers report no length, or 0, of a recording without speech. */
function secondsOf({ audioDurationSeconds }: TextReading): number | undefined {
  return audioDurationSeconds !== undefined && audioDurationSeconds > 0 ? audioDurationSeconds : undefined;
}
