import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

/** Health and metrics among the routes of the API; a worker has a server of its own for them (`metrics-server.ts`). */
@Module({ controllers: [HealthController, MetricsController] })
export class ObservabilityApiModule {}
