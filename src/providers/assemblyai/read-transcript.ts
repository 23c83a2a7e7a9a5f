import { MAX_TEXT_CHARS } from '../text-length.js';
import type { ProviderTranscript } from './provider-transcript.js';
import { sanitizeProviderText, withoutUrls, withoutUrlSecrets } from './sanitize-provider-text.js';

export type FailureReason =
  | 'no_speech'
  | 'deleted'
  | 'download'
  | 'not_audio'
  | 'option_unavailable'
  | 'provider_fault'
  | 'text_too_long'
  | 'other';

/** Result of reading a transcript. */
export type Reading =
  | { kind: 'running' }
  | {
      kind: 'text';
      /** Empty without detected speech; a correction that listens to the audio may find some. */
      text: string;
      languageCode?: string;
      /** 0 to 1. */
      languageConfidence?: number;
      /** Length of the recording. */
      audioDurationSeconds?: number;
      /**
       * The whole answer, to be stored, without URL queries: they contain signatures and tokens.
       */
      raw: Record<string, unknown>;
    }
  | {
      kind: 'failed';
      reason: FailureReason;
      /** The recording is not the cause: submitting it again may succeed. */
      canResubmit: boolean;
      /** Short message for people, without signed URLs. */
      message: string;
    };

/** A provider's text, and the storable part of its answer. */
export type TextReading = Pick<Extract<Reading, { kind: 'text' }>, 'text' | 'raw' | 'audioDurationSeconds'>;

/**
 * AssemblyAI's placeholder for the audio URL of a deleted transcript. The status of such a
 * transcript stays `completed`, and its text is a sentence about the deletion.
 */
const DELETED_AUDIO_URL = 'http://deleted_by_user';

/** An error is recognized by its start; a pattern need not search a page of text. */
const MAX_MATCHED_CHARACTERS = 2_000;

interface ErrorClass {
  pattern: RegExp;
  reason: FailureReason;
  canResubmit: boolean;
}

const FINAL = { canResubmit: false } as const;
const RETRYABLE = { canResubmit: true } as const;

/**
 * Sentences of a failed transcript's `error`, and their classification. AssemblyAI has no error
 * codes. Each sentence is matched at its start, as a word anywhere in it says little: "file size
 * exceeds" does not mean silence, and "try again with another file" does not ask for a retry.
 * Unknown sentences are `other`.
 *
 * Sources: https://www.assemblyai.com/docs/guides/common_errors_and_solutions,
 * .../guides/retry-server-error, .../faq, and the pages on language detection and on the speech
 * threshold. Sentences marked "seen" occur in practice but are not documented.
 */
const ERROR_CLASSES: readonly ErrorClass[] = [
  // "language_detection cannot be performed on files with no spoken audio." (seen)
  {
    pattern: /^language[ _]detection cannot be performed on files with no spoken audio/i,
    reason: 'no_speech',
    ...FINAL,
  },
  // "detected language 'bg', confidence 0.2949, is below the requested confidence threshold value
  // of '0.4'"
  {
    pattern: /^detected language .{1,40}, confidence .{1,20}, is below the requested confidence threshold/i,
    reason: 'no_speech',
    ...FINAL,
  },
  // "Audio speech threshold 0.9461 is below the requested speech threshold value 1.0"
  {
    pattern: /^audio speech threshold .{1,20} is below the requested speech threshold/i,
    reason: 'no_speech',
    ...FINAL,
  },
  // "Audio duration is too short." (under 160 ms)
  { pattern: /^audio duration is too short/i, reason: 'no_speech', ...FINAL },
  // Files without content (seen)
  { pattern: /^(?:file size is too small|upload is an empty file)/i, reason: 'no_speech', ...FINAL },
  // "File does not appear to contain audio. File type is text/html ...", also after "Transcoding
  // failed." (seen)
  {
    pattern: /^(?:file does not appear to contain audio|transcoding failed)/i,
    reason: 'not_audio',
    ...FINAL,
  },
  // "The following models are not available in this language: speaker_labels"
  {
    pattern: /^the following models are not available in this language/i,
    reason: 'option_unavailable',
    ...FINAL,
  },
  // "Download error to ..., 503 Server Error: Service Unavailable for url: ...": the other server
  // may recover
  { pattern: /^download error to.{1,200}\b5\d\d server error/i, reason: 'download', ...RETRYABLE },
  // "Download error, unable to download ...", "Download error to ..., 403 Client Error: Forbidden
  // for url: ..."
  { pattern: /^(?:download error|cannot access uploaded file)/i, reason: 'download', ...FINAL },
  // "Internal server error. Please retry your request. If the error persists, ...", and its older
  // form "Server error, developers have been alerted.": they advise to submit again, which lets
  // another server try
  {
    pattern: /^(?:internal server error\. please retry|server error, developers have been alerted)/i,
    reason: 'provider_fault',
    ...RETRYABLE,
  },
];

const EXPLANATIONS: Record<FailureReason, string> = {
  no_speech: 'AssemblyAI found no speech to transcribe',
  deleted:
    'The transcript was deleted at AssemblyAI before it was fetched; start the chunk again to transcribe it anew',
  download: 'AssemblyAI could not download the audio; check that its URL is reachable from the internet',
  not_audio: 'AssemblyAI found no audio in the file; send a recording',
  option_unavailable:
    'AssemblyAI does not offer an option in the language of the recording; open the conversation without it',
  provider_fault: 'AssemblyAI failed on its own side',
  text_too_long: `AssemblyAI sent a text of more than ${MAX_TEXT_CHARS} characters, more than ten hours of speech`,
  other: 'AssemblyAI could not transcribe the audio',
};

/** Classifies an answer of `AssemblyAiClient.get` or `submit`. */
export function readTranscript(transcript: ProviderTranscript): Reading {
  if (transcript.audio_url === DELETED_AUDIO_URL) return failed({ reason: 'deleted', ...FINAL });
  switch (transcript.status) {
    case 'queued':
    case 'processing':
      return { kind: 'running' };
    case 'completed':
      if ((transcript.text?.length ?? 0) > MAX_TEXT_CHARS)
        return failed({ reason: 'text_too_long', ...FINAL });
      return {
        kind: 'text',
        text: transcript.text ?? '',
        languageCode: transcript.language_code ?? undefined,
        languageConfidence:
          typeof transcript.language_confidence === 'number' ? transcript.language_confidence : undefined,
        audioDurationSeconds: transcript.audio_duration ?? undefined,
        raw: storable(transcript),
      };
    case 'error': {
      const words = transcript.error ?? '';
      return failed(classOf(words), words);
    }
  }
}

/** Classifies an error. URLs are ignored: an audio file may be called `server error.mp3`. */
function classOf(words: string): Pick<ErrorClass, 'reason' | 'canResubmit'> {
  const text = withoutUrls(words).trimStart().slice(0, MAX_MATCHED_CHARACTERS);
  return ERROR_CLASSES.find(({ pattern }) => pattern.test(text)) ?? { reason: 'other', canResubmit: false };
}

function failed(found: Pick<ErrorClass, 'reason' | 'canResubmit'>, words = ''): Reading {
  const quote = sanitizeProviderText(words);
  const message =
    quote === '' ? `${EXPLANATIONS[found.reason]}.` : `${EXPLANATIONS[found.reason]}: "${quote}"`;
  return { kind: 'failed', reason: found.reason, canResubmit: found.canResubmit, message };
}

function storable(transcript: ProviderTranscript): Record<string, unknown> {
  const raw: Record<string, unknown> = { ...transcript };
  for (const field of ['audio_url', 'webhook_url']) {
    const url = raw[field];
    if (typeof url === 'string') raw[field] = withoutUrlSecrets(url);
  }
  return raw;
}
