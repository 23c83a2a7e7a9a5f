import { Injectable } from '@nestjs/common';
import { ProviderRejectedError, ProviderUnavailableError } from '../providers/provider-error.js';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';
import { readTranscript } from '../providers/assemblyai/read-transcript.js';
import type { CorrectionTask } from './corrections.repository.js';

export interface FirstStageText {
  text: string;
  /** Duration of the recording, when the provider reports it. */
  durationSeconds?: number;
}

/**
 * Reads the first-stage text for a correction: from the database, or, for an anonymized chunk, from
 * the provider into memory.
 */
@Injectable()
export class FirstStageReader {
  constructor(private readonly client: AssemblyAiClient) {}

  /**
   * @throws ProviderUnavailableError, ProviderNotFoundError, ProviderRejectedError when the
   * provider does not return it
   */
  async read(task: CorrectionTask, signal: AbortSignal): Promise<FirstStageText> {
    if (!task.anonymize) {
      const { transcript, audioDuration } = task;
      return {
        text: transcript ?? '',
        durationSeconds: typeof audioDuration === 'number' ? audioDuration : undefined,
      };
    }
    const reading = readTranscript(await this.client.get(task.transcriptId ?? '', signal));
    switch (reading.kind) {
      case 'text':
        return { text: reading.text, durationSeconds: reading.audioDurationSeconds };
      case 'running':
        throw new ProviderUnavailableError('AssemblyAI says that the finished transcript is not ready.', {
          provider: 'assemblyai',
          code: 'not_ready',
          ambiguous: false,
        });
      case 'failed':
        throw new ProviderRejectedError(reading.message, { provider: 'assemblyai', code: reading.reason });
    }
  }
}
