import { jsonText } from '../database/run-statement.js';
import { NOTHING_TO_TRANSCRIBE } from './empty-text.js';
import type { Diarization, RedactionPass } from '../database/schema.js';
import { storableText } from '../database/storable.js';

export interface TokenUse {
  inputTokens?: number;
  /** Thoughts included, as they are billed. */
  outputTokens?: number;
}

/** The model that made a text. */
export interface ModelUse extends TokenUse {
  model: string;
  promptVersion: string;
}

export interface FirstStageText {
  transcript: string | null;
  diarization: Diarization | null;
  /** Passes that took something out before it is stored; not given where nothing was looked for. */
  redaction?: RedactionPass[];
  /** Whether it may be stored where redaction is asked for. */
  isRedacted: boolean;
}

export interface FinalText {
  transcript: string;
  diarization: Diarization;
  /** Passes over this text, beside those of the first stage. */
  redaction?: RedactionPass[];
  /** Whether it may be stored where redaction is asked for. */
  isRedacted: boolean;
  /** The model that made the text, if one did. */
  modelUse?: ModelUse;
}

/** A language that the first stage has heard in a conversation. */
export interface HeardLanguage {
  /** Two letters. */
  language: string;
  /** 0 to 1: the highest that the provider has told. */
  confidence: number;
  /** In how many chunks. */
  chunks: number;
}

export type Heard = Pick<HeardLanguage, 'language' | 'confidence'>;

/** Columns of a final text, for statements that store it. */
export async function finalTextColumns(text: FinalText) {
  const transcript = storableText(text.transcript).trim();
  const { model, promptVersion, inputTokens = 0, outputTokens = 0 } = text.modelUse ?? {};
  return {
    transcript: transcript === '' ? NOTHING_TO_TRANSCRIBE : transcript,
    diarization: await jsonText(text.diarization),
    redaction: text.redaction,
    is_redacted: text.isRedacted,
    model,
    prompt_version: promptVersion,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
  };
}
