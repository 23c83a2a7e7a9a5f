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

/** A recording that our own store, or its sender's server, does not hand out within this time is tried again. */
const LOAD_AUDIO_TIMEOUT_MS = 30_000;

/** Has the model transcribe from the recording alone, where the first stage has failed. */
@Injectable()
export class Rescuer {
  constructor(
    private readonly storage: AudioStorage,
    private readonly agents: OutboundAgents,
    private readonly corrector: Corrector,
  ) {}

  /**
   * @throws ProviderUnavailableError when trying again can help, a recording that is not handed out now included
   * @throws ProviderRejectedError when it cannot; without the recording there is nothing to hear
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
    if ('omitted' in audio) throw unheard(audio.omitted, audio.detail);
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

function unheard(code: 'too_large' | 'unavailable' | 'refused' | 'not_audio', detail: string): Error {
  const message = `The recording cannot be listened to: ${detail}.`;
  return code === 'unavailable'
    ? new ProviderUnavailableError(message, { provider: 'audio', code, ambiguous: false })
    : new ProviderRejectedError(message, { provider: 'audio', code });
}
