import type { Lifetime } from '../lifetime.js';
import type { KnownSamples, Sample } from '../samples.js';
import type { SeededRandom } from '../seeded-random.js';
import type { FoundSound } from '../sounds/found-sound.js';
import { type AudioContent, durationSecondsOf, type Keeping, notAudioError } from './audio-content.js';
import { downloadAudio, isOnThisMachine } from './audio-download.js';
import type { CommandLineRecognizer } from './recognizer.js';
import type { SubmitParams } from './submit-params.js';
import type { Heard, HeardPart } from './transcript.js';
import type { UploadStore } from './upload-store.js';

export type SpeechToTextResult = { ok: true; heard: Heard } | { ok: false; error: string };

/** Assumed duration of recordings that are never fetched. */
const UNFETCHED_DURATION_SECONDS = 60;

/** Enough to distinguish the recordings of a test at a glance. */
const MARK_LENGTH = 6;

const DEFAULT_LANGUAGE = 'en';

/** Limit for the slow command-line recognizer: an hour of audio would take it hours. */
const MAX_SHORT_BYTES = 10_000_000;

/** A recording of three hours has 170 MB in WAV. */
const MAX_LONG_BYTES = 400_000_000;

/** Transcribes known recordings, by their content; others get a plainly marked placeholder. */
export class SpeechToText {
  constructor(
    private readonly tools: {
      readonly samples: KnownSamples;
      readonly uploads: UploadStore;
      readonly random: SeededRandom;
      readonly lifetime: Lifetime;
      readonly recognizer: CommandLineRecognizer | null;
    },
  ) {}

  /** Recordings whose bytes are needed to transcribe them. Thousands are stored by a benchmark. */
  get keeping(): Keeping {
    const { recognizer, samples } = this.tools;
    return samples.knowsEncodings
      ? { maxBytes: MAX_LONG_BYTES, anyFormat: true }
      : { maxBytes: MAX_SHORT_BYTES, anyFormat: recognizer !== null };
  }

  /** Searches a recording for samples, and drops its bytes if they are no longer needed. */
  async recognized(content: AudioContent): Promise<AudioContent> {
    const { samples, recognizer } = this.tools;
    const { whole, sha256, recognition: known } = content;
    if (whole === null || known !== null) return content;
    if (samples.ofContent(sha256) !== undefined) return { ...content, whole: null };
    const recognition = await samples.recognize(whole);
    const isUseful =
      recognizer !== null && recognition.sounds.length === 0 && whole.length <= MAX_SHORT_BYTES;
    return { ...content, recognition, whole: isUseful ? whole : null };
  }

  async transcribe(params: SubmitParams): Promise<SpeechToTextResult> {
    const { audioUrl } = params;
    const uploaded = this.tools.uploads.find(audioUrl);
    if (uploaded !== undefined) {
      return this.transcribeContent(uploaded, params);
    }
    if (isOnThisMachine(audioUrl)) {
      const download = await downloadAudio(audioUrl, {
        keeping: this.keeping,
        lifetime: this.tools.lifetime,
      });
      return download.ok ? this.transcribeContent(download.content, params) : download;
    }
    // The signature in the query changes with each request, but the recording does not.
    const { origin, pathname } = new URL(audioUrl);
    return this.understood(params, {
      text: this.placeholder(`${origin}${pathname}`, UNFETCHED_DURATION_SECONDS),
      durationSeconds: UNFETCHED_DURATION_SECONDS,
    });
  }

  /** @param params.languageCode the language that the sender named */
  async transcribeContent(
    received: AudioContent,
    params: Pick<SubmitParams, 'languageCode'>,
  ): Promise<SpeechToTextResult> {
    const content = await this.recognized(received);
    const error = notAudioError(content);
    if (error !== null) {
      return { ok: false, error };
    }
    const sample = this.tools.samples.ofContent(content.sha256);
    if (sample !== undefined) {
      const { heard: text, durationSeconds, language } = sample;
      return { ok: true, heard: { text, durationSeconds, language, sample } };
    }
    const durationSeconds = durationSecondsOf(content);
    const joined = content.recognition?.sounds ?? [];
    if (joined.length > 0) {
      return this.understood(params, joinedSamples(joined, durationSeconds));
    }
    const recognized = content.whole === null ? null : await this.tools.recognizer?.hear(content.whole);
    const text = recognized ?? this.placeholder(content.sha256, durationSeconds);
    return this.understood(params, { text, durationSeconds });
  }

  private understood(
    { languageCode }: Pick<SubmitParams, 'languageCode'>,
    { text, durationSeconds, parts }: { text: string; durationSeconds: number; parts?: readonly HeardPart[] },
  ): SpeechToTextResult {
    const language = languageCode ?? DEFAULT_LANGUAGE;
    return { ok: true, heard: { text, durationSeconds, parts, language, sample: null } };
  }

  private placeholder(key: string, durationSeconds: number): string {
    const mark = this.tools.random.digest(key).slice(0, MARK_LENGTH);
    return `[simulated transcript ${mark}] The simulator does not know this recording. It stands for about ${Math.round(durationSeconds)} seconds of speech.`;
  }
}

/** Hears a recording that was joined from known ones, one after the other. */
function joinedSamples(joined: readonly FoundSound<Sample>[], durationSeconds: number) {
  const parts = joined.map(({ known, startSeconds }) => ({
    text: known.heard,
    startSeconds: Math.max(startSeconds, 0),
    durationSeconds: known.durationSeconds,
  }));
  return { text: parts.map(({ text }) => text).join(' '), durationSeconds, parts };
}
