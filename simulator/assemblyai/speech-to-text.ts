import type { Lifetime } from '../lifetime.js';
import type { FoundSound } from '../known-sounds.js';
import type { KnownSamples, Sample } from '../samples.js';
import type { SeededRandom } from '../seeded-random.js';
import { type AudioContent, durationSecondsOf, notAudioError } from './audio-content.js';
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

  /** Whether the bytes of unknown recordings must be kept. */
  get needsBytes(): boolean {
    return this.tools.recognizer !== null;
  }

  /** Drops the bytes of a recording that can be transcribed without them: thousands are stored. */
  withUsefulBytes(content: AudioContent): AudioContent {
    const { samples } = this.tools;
    if (content.whole === null || samples.ofContent(content.sha256) !== undefined) {
      return { ...content, whole: null };
    }
    const isUseful = this.needsBytes || samples.inRecording(content.whole).length > 0;
    return isUseful ? content : { ...content, whole: null };
  }

  async transcribe(params: SubmitParams): Promise<SpeechToTextResult> {
    const { audioUrl } = params;
    const uploaded = this.tools.uploads.find(audioUrl);
    if (uploaded !== undefined) {
      return this.transcribeContent(uploaded, params);
    }
    if (isOnThisMachine(audioUrl)) {
      const download = await downloadAudio(audioUrl, {
        keep: this.needsBytes,
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
    content: AudioContent,
    params: Pick<SubmitParams, 'languageCode'>,
  ): Promise<SpeechToTextResult> {
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
    const joined = content.whole === null ? [] : this.tools.samples.inRecording(content.whole);
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
