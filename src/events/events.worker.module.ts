import { Module } from '@nestjs/common';
import { DeliverProcessor } from './deliver.processor.js';
import { EventDeliverer } from './event-deliverer.js';
import { EventDeliveriesRepository } from './event-deliveries.repository.js';

@Module({ providers: [EventDeliveriesRepository, EventDeliverer, DeliverProcessor] })
export class EventsWorkerModule {}
