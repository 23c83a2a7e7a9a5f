import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsId } from '../http/ids.js';
import type { EventDeliveryStatus } from '../database/event-tables.js';
import { PageQuery } from '../http/page.dto.js';
import { ListQuery, PageResponse } from '../http/pages/list-query.dto.js';
import { EVENT_TYPES } from './event-types.js';

const STATUSES = ['pending', 'delivered', 'exhausted', 'canceled'] as const;

export class ListEventDeliveriesQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Only deliveries in this state.', enum: STATUSES })
  @IsOptional()
  @IsIn(STATUSES, { message: `status must be one of ${STATUSES.join(', ')}` })
  status?: EventDeliveryStatus;

  @ApiPropertyOptional({ description: 'Only deliveries to this endpoint.', format: 'uuid' })
  @IsOptional()
  @IsId({ message: 'endpointId must be a UUID' })
  endpointId?: string;
}

export class ListAllEventDeliveriesQuery extends ListQuery {
  @ApiPropertyOptional({ enum: STATUSES, description: 'Only deliveries with this status.' })
  @IsOptional()
  @IsIn(STATUSES, { message: `status must be one of ${STATUSES.join(', ')}` })
  status?: EventDeliveryStatus;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId({ message: 'projectId must be a UUID' })
  projectId?: string;
}

export class EventAttemptResponse {
  @ApiProperty({ type: 'integer', description: 'From 1.' })
  number!: number;

  @ApiProperty({ description: 'When the attempt was made.', format: 'date-time' })
  at!: string;

  @ApiProperty({ type: 'integer', description: 'Milliseconds' })
  durationMs!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'HTTP status; null when there was no answer.',
  })
  responseStatus!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'What went wrong on the way.' })
  error!: string | null;
}

export class EventDeliveryResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  projectId!: string;

  @ApiProperty({ format: 'uuid', description: 'The header `webhook-id` of each attempt.' })
  eventId!: string;

  @ApiProperty({ description: 'Kind of the event.', enum: EVENT_TYPES })
  type!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Ids and states, as they are sent.',
  })
  data!: unknown;

  @ApiProperty({ format: 'uuid' })
  endpointId!: string;

  @ApiProperty({ description: 'The present URL of the endpoint.' })
  url!: string;

  @ApiProperty({
    description: '`exhausted`: not delivered within a day. `canceled`: the endpoint was disabled or deleted.',
    enum: STATUSES,
  })
  status!: EventDeliveryStatus;

  @ApiProperty({ type: EventAttemptResponse, isArray: true, description: 'Oldest first.' })
  attempts!: EventAttemptResponse[];

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({
    description: 'When it is tried next; null when it is not.',
    type: String,
    nullable: true,
    format: 'date-time',
  })
  nextAttemptAt!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When the last attempt is made.' })
  expiresAt!: string;

  @ApiProperty({
    description: 'When the endpoint answered 2xx; null before.',
    type: String,
    nullable: true,
    format: 'date-time',
  })
  deliveredAt!: string | null;
}

export class EventDeliveryPageResponse {
  @ApiProperty({
    description: 'Deliveries of the page, newest first.',
    type: EventDeliveryResponse,
    isArray: true,
  })
  deliveries!: EventDeliveryResponse[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Give it as `after` for the next page; null on the last.',
  })
  nextAfter!: string | null;
}

export class EventDeliveryListResponse extends PageResponse {
  @ApiProperty({ type: EventDeliveryResponse, isArray: true, description: 'Newest first.' })
  data!: EventDeliveryResponse[];
}
