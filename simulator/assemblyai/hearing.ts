import type { Lifetime } from '../lifetime.js';
import type { KnownSamples } from '../samples.js';
import type { SeededRandom } from '../seeded-random.js';
import { type AudioContent, durationSecondsOf, notAudioError } from './audio-content.js';
import { downloadAudio, isOnThisMachine } from './audio-download.js';
import type { CommandLineRecognizer } from './recognizer.js';
import type { SubmitParams } from './submit-params.js';
import type { Heard } from './transcript.js';
import type { UploadStore } from './upload-store.js';

export type HearingResult = { ok: true; heard: Heard } | { ok: false; error: string };

/** Said of recordings that are never fetched. */
const UNFETCHED_DURATION_SECONDS = 60;

/** Enough to tell the recordings of a test apart at a glance. */
const MARK_LENGTH = 6;

const DEFAULT_LANGUAGE = 'en';

/** Makes text of a recording: of a known one by its content, any other gets a plainly marked placeholder. */
export class Ear {
  constructor(
    private readonly tools: {
      readonly samples: KnownSamples;
      readonly uploads: UploadStore;
      readonly random: SeededRandom;
      readonly lifetime: Lifetime;
      readonly recognizer: CommandLineRecognizer | null;
    },
  ) {}

  /** Whether the bytes of unknown recordings are worth keeping. */
  get wantsBytes(): boolean {
    return this.tools.recognizer !== null;
  }

  async hear(params: SubmitParams): Promise<HearingResult> {
    const { audioUrl } = params;
    const uploaded = this.tools.uploads.find(audioUrl);
    if (uploaded !== undefined) {
      return this.hearContent(uploaded, params);
    }
    if (isOnThisMachine(audioUrl)) {
      const download = await downloadAudio(audioUrl, {
        keep: this.wantsBytes,
        lifetime: this.tools.lifetime,
      });
      return download.ok ? this.hearContent(download.content, params) : download;
    }
    // Signatures in the query differ each time, the recording does not.
    const { origin, pathname } = new URL(audioUrl);
    return this.understood(params, {
      text: this.placeholder(`${origin}${pathname}`, UNFETCHED_DURATION_SECONDS),
      durationSeconds: UNFETCHED_DURATION_SECONDS,
    });
  }

  /** @param params.languageCode what the sender says it is in */
  async hearContent(
    content: AudioContent,
    params: Pick<SubmitParams, 'languageCode'>,
  ): Promise<HearingResult> {
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
  ): HearingResult {
    const language = languageCode ?? DEFAULT_LANGUAGE;
    return { ok: true, heard: { text, durationSeconds, language, sample: null } };
  }

  private placeholder(key: string, durationSeconds: number): string {
    const mark = this.tools.random.digest(key).slice(0, MARK_LENGTH);
    return `[simulated transcript ${mark}] The simulator does not know this recording. It stands for about ${Math.round(durationSeconds)} seconds of speech.`;
  }
}
