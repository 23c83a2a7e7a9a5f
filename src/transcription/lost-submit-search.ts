import { Injectable } from '@nestjs/common';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';
import { submissionIdOf } from '../providers/assemblyai/callback-url.js';
import { audioUrlHash } from './audio-urls.js';
import { ChecksRepository, type CheckTask } from '../chunks/checks.repository.js';

/** The provider's maximum page size. */
const PAGE_SIZE = 200;
/** A lost submit is minutes old: behind thousands of newer transcripts it cannot be in the list. */
const MAX_PAGES = 25;
/** Maximum difference between the provider's clock and the database's. */
const CLOCK_SKEW_MS = 300_000;

/** Known facts about a submission whose answer was lost. */
export type LostSubmit = Pick<CheckTask, 'submissionId' | 'strategy' | 'audioUrlHash' | 'createdAt'>;

/** Searches the provider's list for a transcript whose id was lost, before it is paid for twice. */
@Injectable()
export class LostSubmitSearch {
  constructor(
    private readonly client: AssemblyAiClient,
    private readonly checks: ChecksRepository,
  ) {}

  /**
   * @returns the id of a transcript that was made from the submission's audio URL and belongs to no
   * other submission
   * @throws ProviderUnavailableError when the provider does not answer
   */
  async find(task: LostSubmit): Promise<string | undefined> {
    const oldestMs = task.createdAt.getTime() - CLOCK_SKEW_MS;
    let beforeId: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { transcripts, nextBeforeId } = await this.client.list({ limit: PAGE_SIZE, beforeId });
      for (const item of transcripts) {
        if (item.createdMs !== undefined && item.createdMs < oldestMs) return undefined;
        if (item.audioUrl === null || audioUrlHash(item.audioUrl) !== task.audioUrlHash) continue;
        if (await this.belongsTo(task, item.id)) return item.id;
      }
      if (nextBeforeId === undefined) return undefined;
      beforeId = nextBeforeId;
    }
    return undefined;
  }

  /** Chunks may share a sender's URL: the callback URL and our database distinguish them. */
  private async belongsTo(task: LostSubmit, transcriptId: string): Promise<boolean> {
    if (await this.checks.isKnownTranscript(transcriptId)) return false;
    if (task.strategy === 'polling') return true;
    const transcript = await this.client.get(transcriptId);
    return submissionIdOf(transcript.webhook_url) === task.submissionId;
  }
}
