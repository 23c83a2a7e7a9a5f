import { jsonText } from '../database/run-statement.js';
import { NOTHING_TO_TRANSCRIBE } from './empty-text.js';
import type { Diarization, RedactionPass } from '../database/schema.js';
import { storableText } from '../database/storable.js';
import type { PlannedWindow } from './windows/plan-windows.js';

export interface TokenUse {
  inputTokens?: number;
  /** Includes thinking tokens, which are billed. */
  outputTokens?: number;
}

/** The model that made a text, and the tokens it used. */
export interface ModelUse extends TokenUse {
  model: string;
  promptVersion: string;
}

export interface FirstStageText {
  transcript: string | null;
  diarization: Diarization | null;
  /** Length of the recording, as the provider reports it. */
  audioSeconds?: number;
  /** Redaction passes before the text is stored; undefined when there were none. */
  redaction?: RedactionPass[];
  /** Whether the text may be stored when redaction is requested. */
  isRedacted: boolean;
  /** Windows of a long recording; undefined when it is corrected as a whole. */
  windows?: StorableWindow[];
}

/** A window, without a text where none may be stored. */
export type StorableWindow = Omit<PlannedWindow, 'text'> & { text: string | null };

export interface FinalText {
  transcript: string;
  diarization: Diarization;
  /** Length of the recording, as the provider reports it. */
  audioSeconds?: number;
  /** Passes over this text, in addition to those of the first stage. */
  redaction?: RedactionPass[];
  /** Whether the text may be stored when redaction is requested. */
  isRedacted: boolean;
  /** The model that made the text, if any. */
  modelUse?: ModelUse;
}

/** A language that the first stage has detected in a conversation. */
export interface ConversationLanguage {
  /** Two letters. */
  language: string;
  /** From 0 to 1: the highest that the provider has reported. */
  confidence: number;
  /** Number of chunks with this language. */
  chunks: number;
}

export type DetectedLanguage = Pick<ConversationLanguage, 'language' | 'confidence'>;

/** Columns of a final text, for statements that store it. */
export async function finalTextColumns(text: FinalText) {
  const transcript = storableText(text.transcript).trim();
  const { model, promptVersion, inputTokens = 0, outputTokens = 0 } = text.modelUse ?? {};
  return {
    transcript: transcript === '' ? NOTHING_TO_TRANSCRIBE : transcript,
    diarization: await jsonText(text.diarization),
    audio_seconds: text.audioSeconds,
    redaction: text.redaction,
    is_redacted: text.isRedacted,
    model,
    prompt_version: promptVersion,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
  };
}
