import { MAX_TEXT_CHARS } from '../text-length.js';
import type { ProviderTranscript } from './provider-transcript.js';
import { providerWords, withoutUrls, withoutUrlSecrets } from './provider-words.js';

export type FailureReason =
  | 'no_speech'
  | 'deleted'
  | 'download'
  | 'not_audio'
  | 'option_unavailable'
  | 'provider_fault'
  | 'text_too_long'
  | 'other';

/** What a look at a transcript means for us. */
export type Reading =
  | { kind: 'running' }
  | {
      kind: 'text';
      /** Empty when nothing was heard; a correction that listens to the audio may still find something. */
      text: string;
      languageCode?: string;
      /** 0 to 1. */
      languageConfidence?: number;
      audioDurationSeconds?: number;
      /** The whole answer, for the record, but for the queries of its URLs: they hold signatures and tokens. */
      raw: Record<string, unknown>;
    }
  | {
      kind: 'failed';
      reason: FailureReason;
      /** The fault was not the recording's: the same one, submitted again, may succeed. */
      canResubmit: boolean;
      /** For a person; short, without signed URLs. */
      message: string;
    };

/** A provider's text, and its answer as far as it may be kept. */
export type TextReading = Pick<Extract<Reading, { kind: 'text' }>, 'text' | 'raw'>;

/** What AssemblyAI writes in place of the audio URL of a deleted transcript, whose status stays `completed` and whose text says so in words. */
const DELETED_AUDIO_URL = 'http://deleted_by_user';

/** An error is recognized by its beginning; a pattern need not search a page of text. */
const MAX_MATCHED_CHARACTERS = 2_000;

interface ErrorClass {
  says: RegExp;
  reason: FailureReason;
  canResubmit: boolean;
}

const no = { canResubmit: false } as const;
const yes = { canResubmit: true } as const;

/**
 * Sentences of a failed transcript's `error`, and their meaning. There are no codes. Each is known from its beginning, as a word
 * anywhere in a sentence says little: "file size exceeds" is no silence, and "try again with another file" no wish to be retried.
 * Sentences that are not known are `other`.
 *
 * From https://www.assemblyai.com/docs/guides/common_errors_and_solutions, .../guides/retry-server-error, .../faq, and the pages on
 * language detection and on the speech threshold; those marked "seen" are met in the field, but on no page.
 */
const ERROR_CLASSES: readonly ErrorClass[] = [
  // "language_detection cannot be performed on files with no spoken audio." (seen)
  {
    says: /^language[ _]detection cannot be performed on files with no spoken audio/i,
    reason: 'no_speech',
    ...no,
  },
  // "detected language 'bg', confidence 0.2949, is below the requested confidence threshold value of '0.4'"
  {
    says: /^detected language .{1,40}, confidence .{1,20}, is below the requested confidence threshold/i,
    reason: 'no_speech',
    ...no,
  },
  // "Audio speech threshold 0.9461 is below the requested speech threshold value 1.0"
  {
    says: /^audio speech threshold .{1,20} is below the requested speech threshold/i,
    reason: 'no_speech',
    ...no,
  },
  // "Audio duration is too short." (under 160 ms)
  { says: /^audio duration is too short/i, reason: 'no_speech', ...no },
  // Files with nothing in them to hear (seen)
  { says: /^(?:file size is too small|upload is an empty file)/i, reason: 'no_speech', ...no },
  // "File does not appear to contain audio. File type is text/html ...", also after "Transcoding failed." (seen)
  { says: /^(?:file does not appear to contain audio|transcoding failed)/i, reason: 'not_audio', ...no },
  // "The following models are not available in this language: speaker_labels"
  {
    says: /^the following models are not available in this language/i,
    reason: 'option_unavailable',
    ...no,
  },
  // "Download error to ..., 503 Server Error: Service Unavailable for url: ...": the other server may recover
  { says: /^download error to.{1,200}\b5\d\d server error/i, reason: 'download', ...yes },
  // "Download error, unable to download ...", "Download error to ..., 403 Client Error: Forbidden for url: ..."
  { says: /^(?:download error|cannot access uploaded file)/i, reason: 'download', ...no },
  // "Internal server error. Please retry your request. If the error persists, ...", and its older form "Server error, developers
  // have been alerted.": they advise to submit again, which lets another server try
  {
    says: /^(?:internal server error\. please retry|server error, developers have been alerted)/i,
    reason: 'provider_fault',
    ...yes,
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
  text_too_long: `AssemblyAI sent a text of more than ${MAX_TEXT_CHARS} characters, which nobody speaks in ten hours`,
  other: 'AssemblyAI could not transcribe the audio',
};

/** Classifies what `AssemblyAiClient.get` or `submit` answered. */
export function readTranscript(transcript: ProviderTranscript): Reading {
  if (transcript.audio_url === DELETED_AUDIO_URL) return failed({ reason: 'deleted', ...no });
  switch (transcript.status) {
    case 'queued':
    case 'processing':
      return { kind: 'running' };
    case 'completed':
      if ((transcript.text?.length ?? 0) > MAX_TEXT_CHARS) return failed({ reason: 'text_too_long', ...no });
      return {
        kind: 'text',
        text: transcript.text ?? '',
        languageCode: transcript.language_code ?? undefined,
        languageConfidence:
          typeof transcript.language_confidence === 'number' ? transcript.language_confidence : undefined,
        audioDurationSeconds: transcript.audio_duration ?? undefined,
        raw: forTheRecord(transcript),
      };
    case 'error': {
      const words = transcript.error ?? '';
      return failed(classOf(words), words);
    }
  }
}

/** URLs are left out of the comparison: an audio file may be called `server error.mp3`. */
function classOf(words: string): Pick<ErrorClass, 'reason' | 'canResubmit'> {
  const text = withoutUrls(words).trimStart().slice(0, MAX_MATCHED_CHARACTERS);
  return ERROR_CLASSES.find(({ says }) => says.test(text)) ?? { reason: 'other', canResubmit: false };
}

function failed(found: Pick<ErrorClass, 'reason' | 'canResubmit'>, words = ''): Reading {
  const said = providerWords(words);
  const message = said === '' ? `${EXPLANATIONS[found.reason]}.` : `${EXPLANATIONS[found.reason]}: "${said}"`;
  return { kind: 'failed', reason: found.reason, canResubmit: found.canResubmit, message };
}

function forTheRecord(transcript: ProviderTranscript): Record<string, unknown> {
  const raw: Record<string, unknown> = { ...transcript };
  for (const field of ['audio_url', 'webhook_url']) {
    const url = raw[field];
    if (typeof url === 'string') raw[field] = withoutUrlSecrets(url);
  }
  return raw;
}
