import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

/**
 * Adds health and metrics to the routes of the API; a worker has a separate server for them
 * (`metrics-server.ts`).
 */
@Module({ controllers: [HealthController, MetricsController] })
export class ObservabilityApiModule {}
