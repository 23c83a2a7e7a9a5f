import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsBoolean, IsIn, IsOptional } from 'class-validator';
import type { EventEndpointStatus, EventType } from '../database/event-tables.js';
import { HttpUrl } from '../http/http-url.decorator.js';
import { EVENT_TYPES } from './event-types.js';

const MAX_URL_LENGTH = 2_048;

export class CreateEventEndpointRequest {
  @ApiProperty({
    description: 'An http or https URL of a public address.',
    example: 'https://example.org/ringback-events',
    maxLength: MAX_URL_LENGTH,
  })
  @HttpUrl(MAX_URL_LENGTH)
  url!: string;

  @ApiPropertyOptional({ enum: EVENT_TYPES, isArray: true, nullable: true, description: 'Null: all.' })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(EVENT_TYPES, { each: true, message: `each of types must be one of ${EVENT_TYPES.join(', ')}` })
  types?: EventType[] | null;
}

export class UpdateEventEndpointRequest extends PartialType(CreateEventEndpointRequest, {
  skipNullProperties: false,
}) {
  @ApiPropertyOptional({
    description:
      'Disabling cancels pending deliveries. Also enables an endpoint that was disabled for its 410.',
  })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;
}

export class EventEndpointResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid' })
  projectId!: string;

  @ApiProperty({ description: 'Where the events are sent.' })
  url!: string;

  @ApiProperty({
    description: 'Kinds of events that are sent; null: all.',
    enum: EVENT_TYPES,
    isArray: true,
    nullable: true,
  })
  types!: EventType[] | null;

  @ApiProperty({ description: 'Whether events are sent.', enum: ['enabled', 'disabled'] })
  status!: EventEndpointStatus;

  @ApiProperty({ type: String, nullable: true, description: 'Why it gets no events, when it is disabled.' })
  disabledReason!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class EventEndpointWithSecretResponse extends EventEndpointResponse {
  @ApiProperty({
    example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    description: 'For the receiver’s Standard Webhooks library. Shown here only.',
  })
  secret!: string;
}
