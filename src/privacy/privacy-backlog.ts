import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import { Readiness } from '../observability/readiness.js';
import { ConversationDeletionsRepository } from './conversation-deletions.repository.js';
import { ProviderDeletionsRepository } from './provider-deletions.repository.js';

/** Reports the number and age of pending deletions in the metrics and the readiness report. */
@Injectable()
export class PrivacyBacklog implements OnModuleInit {
  constructor(
    private readonly providerCopies: ProviderDeletionsRepository,
    private readonly conversations: ConversationDeletionsRepository,
    private readonly metrics: Metrics,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    this.metrics.collectOnScrape(async () => {
      const figures = await this.figures();
      this.metrics.pendingProviderDeletions.set(figures.pendingProviderDeletions);
      this.metrics.oldestProviderDeletionSeconds.set(figures.oldestProviderDeletionSeconds);
      this.metrics.pendingConversationDeletions.set(figures.pendingConversationDeletions);
    });
    this.readiness.registerDetail('deletions', () => this.figures());
  }

  private async figures() {
    const [copies, pendingConversationDeletions] = await Promise.all([
      this.providerCopies.pending(),
      this.conversations.countPending(),
    ]);
    return {
      pendingProviderDeletions: copies.pending,
      oldestProviderDeletionSeconds: copies.oldestSeconds,
      pendingConversationDeletions,
    };
  }
}
