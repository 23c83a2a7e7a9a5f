import { Injectable } from '@nestjs/common';
import { audioSource } from '../audio/audio-source.js';
import { AudioStorage } from '../audio/audio-storage.js';
import { loadAudio } from '../audio/load-inline-audio.js';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import { ProviderRejectedError, ProviderUnavailableError } from '../providers/provider-error.js';
import { parseHotwords } from '../providers/assemblyai/hotwords.js';
import type { CorrectionTask } from './corrections.repository.js';
import { Corrector, type CorrectionResult } from './corrector.js';
import type { UsageListener } from '../providers/language-models/language-model.js';

/** When the store or the sender's server takes longer, the job is tried again. */
const LOAD_AUDIO_TIMEOUT_MS = 30_000;

/** Transcribes the recording with the model alone, after the first stage has failed. */
@Injectable()
export class Rescuer {
  constructor(
    private readonly storage: AudioStorage,
    private readonly agents: OutboundAgents,
    private readonly corrector: Corrector,
  ) {}

  /**
   * @throws ProviderUnavailableError when a retry can help, also when the recording is temporarily
   * unavailable
   * @throws ProviderRejectedError when a retry cannot help, also without a usable recording
   */
  async transcribe(
    task: CorrectionTask,
    call: { signal: AbortSignal; isLastTry: boolean; onUsage: UsageListener },
  ): Promise<CorrectionResult> {
    const audio = await loadAudio({
      storage: this.storage,
      agents: this.agents,
      source: audioSource(task),
      maxBytes: this.corrector.maxAudioBytes,
      timeoutMs: LOAD_AUDIO_TIMEOUT_MS,
      signal: call.signal,
    });
    if ('omitted' in audio) throw audioError(audio.omitted, audio.detail);
    return this.corrector.transcribe({
      audio,
      hotwords: parseHotwords(task.transcriptPrompt).phrases,
      guidance: task.transcriptPrompt,
      language: task.language,
      redactPii: task.redactPii,
      ...call,
    });
  }
}

function audioError(code: 'too_large' | 'unavailable' | 'refused' | 'not_audio', detail: string): Error {
  const message = `The recording cannot be listened to: ${detail}.`;
  return code === 'unavailable'
    ? new ProviderUnavailableError(message, { provider: 'audio', code, ambiguous: false })
    : new ProviderRejectedError(message, { provider: 'audio', code });
}
