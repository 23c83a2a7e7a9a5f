import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { editText, restoreText, type EditResult } from '../../chunks/revisions/edit-text.js';
import type { Schema } from '../../database/schema.js';
import { EventOutbox } from '../../events/event-outbox.js';
import { EditedConversationsRepository } from './edited-conversations.repository.js';

/** Changes texts of chunks for people. The merged transcript follows in the same transaction. */
@Injectable()
export class TranscriptEditor {
  constructor(
    private readonly outbox: EventOutbox,
    private readonly conversations: EditedConversationsRepository,
  ) {}

  /**
   * @throws NotFoundException
   * @throws ConflictException when `basedOn` is not the newest revision, or there is no text yet
   */
  async edit(chunkId: string, edit: { text: string; basedOn: number; madeBy: string | null }): Promise<void> {
    await this.change(chunkId, (trx) => editText(trx, chunkId, edit));
  }

  /** @throws NotFoundException when the chunk does not have the revision */
  async restore(chunkId: string, restored: { revision: number; madeBy: string | null }): Promise<void> {
    await this.change(chunkId, (trx) => restoreText(trx, chunkId, restored));
  }

  private async change(
    chunkId: string,
    store: (trx: Transaction<Schema>) => Promise<EditResult>,
  ): Promise<void> {
    const result = await this.outbox.transaction(async (trx) => {
      const stored = await store(trx);
      if (stored.kind === 'stored') await this.conversations.mergeEdit(trx, stored.conversationId);
      return stored;
    });
    switch (result.kind) {
      case 'stored':
      case 'unchanged':
        return;
      case 'stale':
        throw new ConflictException({
          message: `the newest revision of chunk ${chunkId} is ${result.newest}; read it, and edit that one`,
          code: 'stale_revision',
        });
      case 'no_text':
        throw new ConflictException({ message: `chunk ${chunkId} has no text yet`, code: 'no_text' });
      case 'no_revision':
        throw new NotFoundException(`chunk ${chunkId} has no such revision`);
      case 'no_chunk':
        throw new NotFoundException(`there is no chunk ${chunkId}`);
    }
  }
}
