import { Injectable } from '@nestjs/common';
import { RecordingInspector } from '../audio/facts/recording-inspector.js';
import { RecordingFactsRepository } from '../chunks/recording-facts.repository.js';
import { Metrics } from '../observability/metrics.js';
import type { CorrectionTask } from './corrections.repository.js';

/**
 * Stores the facts about recordings at a caller's URL. They are read when the correction has loaded
 * the recording, as accepting a chunk does not wait for a foreign server.
 */
@Injectable()
export class LoadedFacts {
  constructor(
    private readonly inspector: RecordingInspector,
    private readonly repository: RecordingFactsRepository,
    private readonly metrics: Metrics,
  ) {}

  /** @throws the caller's own abort reason when `signal` aborts */
  async note(task: CorrectionTask, recording: Buffer, signal: AbortSignal): Promise<void> {
    // Everything that can be known of an upload was read when it arrived.
    if (task.audio_url === null || task.hasFacts) return;
    const facts = await this.inspector.inspectLoaded(recording, signal);
    if (facts === null || !(await this.repository.store(task.chunkId, facts))) return;
    this.metrics.recordings.inc({ container: facts.container, codec: facts.codec ?? 'other' });
  }
}
