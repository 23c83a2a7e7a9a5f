import { Module } from '@nestjs/common';
import { EventOutbox } from './event-outbox.js';

/** Provides the outbox to modules whose changes cause events. */
@Module({ providers: [EventOutbox], exports: [EventOutbox] })
export class EventsModule {}
