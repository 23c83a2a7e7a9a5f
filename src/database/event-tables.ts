import type { ColumnType, Generated } from 'kysely';
import type { CreatedAt, Nullable } from './column-types.js';

export type EventType =
  'conversation.started' | 'conversation.transcribed' | 'conversation.summarized' | 'chunk.failed';
export type EventEndpointStatus = 'enabled' | 'disabled' | 'deleted';
export type EventDeliveryStatus = 'pending' | 'delivered' | 'exhausted' | 'canceled';

/** An endpoint that receives a project's events. */
export interface EventEndpointsTable {
  id: string;
  project_id: string;
  url: string;
  /** Null: all types. */
  types: Nullable<EventType[]>;
  status: Generated<EventEndpointStatus>;
  disabled_reason: Nullable<string>;
  /** Null once the endpoint is deleted. */
  secret: Nullable<string>;
  /** Also signs events until it expires. */
  previous_secret: Nullable<string>;
  previous_secret_expires_at: Nullable<Date>;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
}

/**
 * An event, inserted by the statement that caused it, when an endpoint wants events of its type.
 */
export interface EventsTable {
  id: string;
  project_id: string;
  conversation_id: string;
  type: EventType;
  data: ColumnType<unknown, string, never>;
  created_at: CreatedAt;
}

/** The delivery of an event to an endpoint. */
export interface EventDeliveriesTable {
  id: string;
  event_id: string;
  endpoint_id: string;
  project_id: string;
  status: Generated<EventDeliveryStatus>;
  /** Counts resends, from 1. It is part of the job's id, so that a resend is a new job. */
  round: Generated<number>;
  attempts: Generated<number>;
  round_attempts: Generated<number>;
  next_attempt_at: Nullable<Date>;
  expires_at: Date;
  delivered_at: Nullable<Date>;
  created_at: CreatedAt;
}

export interface EventAttemptsTable {
  delivery_id: string;
  number: number;
  response_status: Nullable<number>;
  error: Nullable<string>;
  duration_ms: number;
  created_at: CreatedAt;
}
