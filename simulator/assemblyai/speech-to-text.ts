import type { Lifetime } from '../lifetime.js';
import type { KnownSamples } from '../samples.js';
import type { SeededRandom } from '../seeded-random.js';
import { type AudioContent, durationSecondsOf, notAudioError } from './audio-content.js';
import { downloadAudio, isOnThisMachine } from './audio-download.js';
import type { CommandLineRecognizer } from './recognizer.js';
import type { SubmitParams } from './submit-params.js';
import type { Heard } from './transcript.js';
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
    const recognized = content.whole === null ? null : await this.tools.recognizer?.hear(content.whole);
    const text = recognized ?? this.placeholder(content.sha256, durationSeconds);
    return this.understood(params, { text, durationSeconds });
  }

  private understood(
    { languageCode }: Pick<SubmitParams, 'languageCode'>,
    { text, durationSeconds }: { text: string; durationSeconds: number },
  ): SpeechToTextResult {
    const language = languageCode ?? DEFAULT_LANGUAGE;
    return { ok: true, heard: { text, durationSeconds, language, sample: null } };
  }

  private placeholder(key: string, durationSeconds: number): string {
    const mark = this.tools.random.digest(key).slice(0, MARK_LENGTH);
    return `[simulated transcript ${mark}] The simulator does not know this recording. It stands for about ${Math.round(durationSeconds)} seconds of speech.`;
  }
}
