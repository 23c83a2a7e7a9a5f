import { Injectable } from '@nestjs/common';
import { RecordingInspector } from '../audio/facts/recording-inspector.js';
import { RecordingFactsRepository } from '../chunks/recording-facts.repository.js';
import { Metrics } from '../observability/metrics.js';
import type { WindowTask } from './corrections.repository.js';

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

  /**
   * @param sound the recording, or a slice of it
   * @throws the caller's own abort reason when `signal` aborts
   */
  async note(task: WindowTask, sound: Buffer, signal: AbortSignal): Promise<void> {
    // Everything that can be known of an upload was read when it arrived.
    if (task.audio_url === null || task.hasFacts || task.window.ordinal > 0) return;
    const isWhole = task.window.startMs === null;
    const facts = isWhole
      ? await this.inspector.inspectLoaded(sound, signal)
      : await this.inspector.inspectUrl(task.audio_url, signal);
    if (facts === null || !(await this.repository.store(task.chunkId, facts))) return;
    this.metrics.recordings.inc({ container: facts.container, codec: facts.codec ?? 'other' });
  }
}
