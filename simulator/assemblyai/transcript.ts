import type { OutcomeEffect } from '../fault-types.js';
import type { Sample } from '../samples.js';
import type { SubmitParams } from './submit-params.js';

export type TranscriptStatus = 'queued' | 'processing' | 'completed' | 'error';

/** A part of a recording with speech of its own. */
export interface HeardPart {
  readonly text: string;
  readonly startSeconds: number;
  readonly durationSeconds: number;
}

/** Result of the transcription of a recording. */
export interface Heard {
  readonly text: string | null;
  /** Parts of the recording with pauses between them; by default the recording is one. */
  readonly parts?: readonly HeardPart[];
  readonly durationSeconds: number;
  readonly language: string;
  readonly sample: Sample | null;
}

/** A job of the simulated provider, from its submit on. */
export interface Transcript {
  readonly id: string;
  /** Position in the order of creation, from 0. */
  readonly sequence: number;
  readonly params: SubmitParams;
  readonly submission: string | null;
  /** The outcome that a fault sets; null: the outcome follows from the recording. */
  readonly outcome: OutcomeEffect | null;
  readonly createdAt: number;
  endedAt: number | null;
  status: TranscriptStatus;
  heard: Heard | null;
  error: string | null;
  throttled: boolean | null;
  webhookStatusCode: number | null;
  deleted: boolean;
}

export const hasEnded = (transcript: Transcript): boolean =>
  transcript.deleted || transcript.status === 'completed' || transcript.status === 'error';

/** Texts that the real provider puts in place of deleted content. */
const DELETED_TEXT = 'Deleted by user.';
const DELETED_URL = 'http://deleted_by_user';

/** Pause between the end of one word and the start of the next. */
const WORD_GAP_MS = 60;
const CONFIDENCE = 0.94;

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
  readonly speaker: string | null;
}

/**
 * Distributes the words over the recording, with more time for longer words. Computed for each
 * request, because storing them for thousands of transcripts costs more.
 */
export function wordsOf(text: string, durationSeconds: number): Word[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  const totalMs = durationSeconds * 1000;
  let before = 0;
  return words.map((word) => {
    const start = Math.round((totalMs * before) / letters);
    before += word.length;
    const end = Math.max(start + 1, Math.round((totalMs * before) / letters) - WORD_GAP_MS);
    return { text: word, start, end, confidence: CONFIDENCE, speaker: null };
  });
}

function wordsOfPart({ text, startSeconds, durationSeconds }: HeardPart): Word[] {
  const startMs = Math.round(startSeconds * 1000);
  return wordsOf(text, durationSeconds).map((word) => ({
    ...word,
    start: word.start + startMs,
    end: word.end + startMs,
  }));
}

const SPEAKERS = ['A', 'B'];

/** Assigns the sentences to two alternating speakers, enough to see whose words are whose. */
function bySpeakers(words: readonly Word[]): Word[] {
  let turn = 0;
  return words.map((word) => {
    const speaker = SPEAKERS[turn % SPEAKERS.length] ?? null;
    turn += /[.!?]$/.test(word.text) ? 1 : 0;
    return { ...word, speaker };
  });
}

function utterancesOf(words: readonly Word[]): Record<string, unknown>[] {
  const turns: Word[][] = [];
  for (const word of words) {
    const current = turns.at(-1);
    if (current?.[0]?.speaker === word.speaker) {
      current.push(word);
    } else {
      turns.push([word]);
    }
  }
  return turns.map((turn) => ({
    speaker: turn[0]?.speaker,
    text: turn.map(({ text }) => text).join(' '),
    start: turn[0]?.start,
    end: turn.at(-1)?.end,
    confidence: CONFIDENCE,
    words: turn,
  }));
}

/** Formats a time as 2026-03-23T10:00:00.000000: UTC without a zone designator. */
const providerTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000');

const audioUrlOf = ({ deleted, params }: Transcript): string => (deleted ? DELETED_URL : params.audioUrl);

function shownWebhookUrl({ deleted, params }: Transcript): string | null {
  return deleted && params.webhookUrl !== null ? DELETED_URL : params.webhookUrl;
}

/** Returns the fields that only a completed job has. */
function resultOf(transcript: Transcript): Record<string, unknown> {
  const { params, heard } = transcript;
  if (transcript.deleted || transcript.status !== 'completed' || heard === null) {
    return {
      text: transcript.deleted ? DELETED_TEXT : null,
      words: null,
      confidence: null,
      audio_duration: null,
      language_code: transcript.deleted ? null : params.languageCode,
      language_confidence: null,
      speech_model_used: null,
      utterances: null,
    };
  }
  const { text, durationSeconds, parts } = heard;
  const { language = heard.language, languageConfidence = CONFIDENCE, timedWords } = transcript.outcome ?? {};
  const detected = params.languageDetection;
  return {
    text,
    ...spoken(text, { durationSeconds, parts, timedWords, isLabeled: params.raw.speaker_labels === true }),
    confidence: text === null ? null : CONFIDENCE,
    audio_duration: Math.ceil(durationSeconds),
    language_code: detected ? language : (params.languageCode ?? 'en_us'),
    language_confidence: detected ? languageConfidence : null,
    speech_model_used: params.speechModelUsed,
  };
}

function spoken(
  text: string | null,
  options: {
    durationSeconds: number;
    parts: readonly HeardPart[] | undefined;
    timedWords: number | undefined;
    isLabeled: boolean;
  },
): Record<string, unknown> {
  if (text === null) {
    return { words: null, utterances: null };
  }
  const { durationSeconds, parts = [{ text, startSeconds: 0, durationSeconds }] } = options;
  const words = parts.flatMap(wordsOfPart).slice(0, options.timedWords);
  if (!options.isLabeled) {
    return { words, utterances: null };
  }
  const labeledWords = bySpeakers(words);
  return { words: labeledWords, utterances: utterancesOf(labeledWords) };
}

/** The optional features of a submit; the answer repeats them. */
const ECHOED =
  `punctuate format_text multichannel disfluencies filter_profanity speaker_labels speakers_expected
  speaker_options redact_pii redact_pii_audio redact_pii_policies redact_pii_sub language_detection_options
  language_confidence_threshold speech_threshold audio_start_from audio_end_at custom_spelling prompt temperature
  summarization auto_chapters auto_highlights entity_detection sentiment_analysis content_safety
  iab_categories`.split(/\s+/);

const FEATURES_ON = new Set(['punctuate', 'format_text']);
const VALUES = /_(sub|policies|options|threshold|from|at|expected|spelling)$|^(prompt|temperature)$/;

function echoed(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fallback = (name: string): boolean | null => (VALUES.test(name) ? null : FEATURES_ON.has(name));
  return Object.fromEntries(ECHOED.map((name) => [name, raw[name] ?? fallback(name)]));
}

/** Returns the transcript object of every endpoint, without the secret of the webhook. */
export function transcriptBody(transcript: Transcript): Record<string, unknown> {
  const { params, deleted } = transcript;
  return {
    id: transcript.id,
    status: transcript.status,
    audio_url: audioUrlOf(transcript),
    ...resultOf(transcript),
    error: deleted ? null : transcript.error,
    throttled: transcript.throttled,
    acoustic_model: 'assemblyai_default',
    language_model: 'assemblyai_default',
    speech_model: null,
    speech_models: params.speechModels,
    keyterms_prompt: deleted ? null : (params.raw.keyterms_prompt ?? null),
    language_detection: params.languageDetection,
    language_codes: params.raw.language_codes ?? null,
    webhook_url: shownWebhookUrl(transcript),
    webhook_status_code: transcript.webhookStatusCode,
    webhook_auth: params.webhookHeader !== null,
    webhook_auth_header_name: params.webhookHeader?.name ?? null,
    ...echoed(deleted ? {} : params.raw),
  };
}

/** Returns one entry of the list. */
export function listItem(transcript: Transcript, baseUrl: string): Record<string, unknown> {
  const { endedAt } = transcript;
  return {
    id: transcript.id,
    resource_url: `${baseUrl}/v2/transcript/${transcript.id}`,
    status: transcript.status,
    created: providerTime(transcript.createdAt),
    completed: endedAt === null ? null : providerTime(endedAt),
    audio_url: audioUrlOf(transcript),
    error: transcript.deleted ? null : transcript.error,
  };
}
