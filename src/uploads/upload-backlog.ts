import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import { UploadsRepository } from './uploads.repository.js';

/** Reports the number of unfinished uploads in the metrics. */
@Injectable()
export class UploadBacklog implements OnModuleInit {
  constructor(
    private readonly uploads: UploadsRepository,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.collectOnScrape(async () => {
      this.metrics.unfinishedUploads.set(await this.uploads.countUnfinished());
    });
  }
}
