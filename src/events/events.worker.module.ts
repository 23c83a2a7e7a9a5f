import { Module } from '@nestjs/common';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { DeliverProcessor } from './deliver.processor.js';
import { EventDeliverer } from './event-deliverer.js';
import { EventDeliveriesRepository } from './event-deliveries.repository.js';
import { OwedDeliveries } from './owed-deliveries.js';

@Module({
  imports: [CoordinationModule],
  providers: [EventDeliveriesRepository, EventDeliverer, DeliverProcessor, OwedDeliveries],
})
export class EventsWorkerModule {}
