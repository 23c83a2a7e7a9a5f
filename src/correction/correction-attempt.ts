import { Injectable, Logger } from '@nestjs/common';
import { audioSource } from '../audio/audio-source.js';
import { AudioStorage } from '../audio/audio-storage.js';
import { loadAudio, type InlineAudio } from '../audio/load-inline-audio.js';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import { parseHotwords } from '../providers/assemblyai/hotwords.js';
import type { UsageListener } from '../providers/language-models/language-model.js';
import type { CorrectionTask } from './corrections.repository.js';
import { Corrector, type CorrectionResult } from './corrector.js';
import { FirstStageReader } from './first-stage-reader.js';
import { LoadedFacts } from './loaded-facts.js';
import { Rescuer } from './rescuer.js';

/**
 * When the store or the sender's server takes longer, the text is corrected without the recording.
 */
const LOAD_AUDIO_TIMEOUT_MS = 30_000;

export interface Call {
  signal: AbortSignal;
  isLastTry: boolean;
  isRepeated: boolean;
  onUsage: UsageListener;
}

/** Whether the chunk is to be rescued: its submission has failed. */
export function isRescue({ submissionStatus }: CorrectionTask): boolean {
  return submissionStatus === 'failed';
}

/**
 * Requests one chunk's text from the model, once: corrects the first-stage text, or transcribes the
 * recording alone.
 */
@Injectable()
export class CorrectionAttempt {
  private readonly logger = new Logger('ChunkCorrector');

  constructor(
    private readonly firstStage: FirstStageReader,
    private readonly storage: AudioStorage,
    private readonly agents: OutboundAgents,
    private readonly corrector: Corrector,
    private readonly rescuer: Rescuer,
    private readonly facts: LoadedFacts,
  ) {}

  /** @throws ProviderError */
  async run(task: CorrectionTask, call: Call): Promise<CorrectionResult> {
    if (isRescue(task)) return this.rescuer.transcribe(task, call);
    const { signal } = call;
    const { text: partialTranscript, durationSeconds } = await this.firstStage.read(task, signal);
    const audio = await this.loadAudio(task, signal);
    if ('bytes' in audio) await this.facts.note(task, audio.bytes, signal);
    const { phrases } = parseHotwords(task.transcriptPrompt);
    return this.corrector.correct({
      partialTranscript,
      hotwords: phrases,
      guidance: task.transcriptPrompt,
      language: task.language,
      redactPii: task.redactPii,
      audio: 'bytes' in audio ? audio : null,
      audioOmittedReason: 'bytes' in audio ? undefined : audio.detail,
      durationSeconds,
      ...call,
    });
  }

  private async loadAudio(task: CorrectionTask, signal: AbortSignal): Promise<InlineAudio> {
    const audio = await loadAudio({
      storage: this.storage,
      agents: this.agents,
      source: audioSource(task),
      maxBytes: this.corrector.maxAudioBytes,
      timeoutMs: LOAD_AUDIO_TIMEOUT_MS,
      signal,
    });
    if (!('bytes' in audio)) {
      this.logger.warn(`chunk ${task.chunkId} is corrected without its recording: ${audio.detail}`);
    }
    return audio;
  }
}
