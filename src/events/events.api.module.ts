import { Module } from '@nestjs/common';
import { DeliveryLogRepository } from './delivery-log.repository.js';
import { EventDeliveriesController } from './event-deliveries.controller.js';
import { EventDeliveriesRepository } from './event-deliveries.repository.js';
import { EventEndpointsController } from './event-endpoints.controller.js';
import { EventEndpointsRepository } from './event-endpoints.repository.js';

@Module({
  controllers: [EventEndpointsController, EventDeliveriesController],
  providers: [EventEndpointsRepository, EventDeliveriesRepository, DeliveryLogRepository],
})
export class EventsApiModule {}
