import { Module } from '@nestjs/common';
import { EventOutbox } from './event-outbox.js';

/** For whoever makes a change that is told of. */
@Module({ providers: [EventOutbox], exports: [EventOutbox] })
export class EventsModule {}
