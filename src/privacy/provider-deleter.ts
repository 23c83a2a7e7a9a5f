import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Coordination } from '../coordination/coordination.js';
import type { DeletionEvidence } from '../database/schema.js';
import { Metrics } from '../observability/metrics.js';
import { backoffMs } from '../providers/backoff.js';
import {
  ProviderError,
  ProviderNotFoundError,
  ProviderUnavailableError,
} from '../providers/provider-error.js';
import { bestEffort } from '../queues/best-effort.js';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';
import type { ProviderTranscript } from '../providers/assemblyai/provider-transcript.js';
import { readTranscript } from '../providers/assemblyai/read-transcript.js';
import { LostSubmitSearch } from '../transcription/lost-submit-search.js';
import { ProviderThrottle } from '../transcription/provider-throttle.js';
import { ProviderDeletionsRepository, type ProviderDeletion } from './provider-deletions.repository.js';

/** Rows per statement, so that each is short. */
const REQUEST_BATCH = 500;
/** Few enough not to slow down submits and checks of the same account. */
const CONCURRENT_DELETES = 8;
/** A provider that refuses for days is asked once an hour for each copy. */
const MAX_PAUSE_MS = 3_600_000;

/**
 * Deletes copies at the provider and verifies that they are gone. Running it twice is harmless: a
 * missing copy counts as deleted.
 */
@Injectable()
export class ProviderDeleter {
  private readonly logger = new Logger('ProviderCopies');

  constructor(
    private readonly config: AppConfig,
    private readonly deletions: ProviderDeletionsRepository,
    private readonly client: AssemblyAiClient,
    private readonly search: LostSubmitSearch,
    private readonly throttle: ProviderThrottle,
    private readonly coordination: Coordination,
    private readonly metrics: Metrics,
  ) {}

  /** Deletes copies until none is due, the provider fails, or `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.config.privacy.deleteAtProvider) await this.requestSettled(signal);
    while (!signal.aborted && (await this.throttle.waitMs()) === 0) {
      const due = await this.deletions.due(CONCURRENT_DELETES);
      const outcomes = await Promise.all(due.map((deletion) => this.attempt(deletion, signal)));
      if (due.length < CONCURRENT_DELETES || outcomes.includes('failed')) return;
    }
  }

  private async requestSettled(signal: AbortSignal): Promise<void> {
    let requested = REQUEST_BATCH;
    while (requested === REQUEST_BATCH && !signal.aborted) {
      requested = await this.deletions.requestSettled(REQUEST_BATCH);
    }
  }

  private async attempt(deletion: ProviderDeletion, signal: AbortSignal): Promise<'deleted' | 'failed'> {
    try {
      const evidence = await this.deleteCopy(deletion, signal);
      await this.deletions.end(deletion.submissionId, evidence);
      this.metrics.providerDeletions.inc({ outcome: 'deleted' });
      return 'deleted';
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      // An aborted deletion is not a failure: it is due again at once.
      if (!signal.aborted) await this.postpone(deletion, error);
      return 'failed';
    }
  }

  private async deleteCopy(deletion: ProviderDeletion, signal: AbortSignal): Promise<DeletionEvidence> {
    const transcriptId = deletion.transcriptId ?? (await this.find(deletion));
    if (transcriptId === undefined) return 'not_found';
    try {
      const answer = await this.client.delete(transcriptId, signal);
      if (!isEmptied(answer)) await this.verify(transcriptId, signal);
      await bestEffort(this.logger, `removing the callback metadata of ${deletion.submissionId}`, () =>
        this.coordination.deleteCallbackMetadata(transcriptId),
      );
      return 'emptied';
    } catch (error) {
      if (error instanceof ProviderNotFoundError) return 'unknown';
      throw error;
    }
  }

  /** Finds the transcript of a submit whose answer was lost. */
  private async find(deletion: ProviderDeletion): Promise<string | undefined> {
    if (deletion.strategy === 'polling' && (await this.deletions.isSharedUrl(deletion))) return undefined;
    const found = await this.search.find(deletion);
    if (found !== undefined) await this.deletions.noteTranscript(deletion.submissionId, found);
    return found;
  }

  /** @throws ProviderUnavailableError when the transcript still has its text */
  private async verify(transcriptId: string, signal: AbortSignal): Promise<void> {
    if (isEmptied(await this.client.get(transcriptId, signal))) return;
    throw new ProviderUnavailableError('AssemblyAI accepted the deletion, and still has the transcript.', {
      provider: 'assemblyai',
      code: 'not_deleted',
      ambiguous: false,
    });
  }

  private async postpone(deletion: ProviderDeletion, error: ProviderError): Promise<void> {
    await this.throttle.noteError(error);
    this.metrics.providerDeletions.inc({ outcome: 'failed' });
    const retryAfterMs = error instanceof ProviderUnavailableError ? error.retryAfterMs : undefined;
    const failures = deletion.attempts + 1;
    const pauseMs = backoffMs({
      baseMs: this.config.retryBaseMs,
      maxMs: MAX_PAUSE_MS,
      failures,
      retryAfterMs,
    });
    this.logger.warn(
      `the copy of submission ${deletion.submissionId} is still at AssemblyAI after try ${failures}, the next is in ${Math.ceil(pauseMs / 1_000)} s: ${error.message}`,
    );
    await this.deletions.postpone(deletion.submissionId, { pauseMs, reason: error.message });
  }
}

function isEmptied(transcript: ProviderTranscript | undefined): boolean {
  if (transcript === undefined) return false;
  const reading = readTranscript(transcript);
  return reading.kind === 'failed' && reading.reason === 'deleted';
}
