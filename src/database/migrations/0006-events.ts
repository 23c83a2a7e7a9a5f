import { type Kysely, sql } from 'kysely';

/** Tables of outgoing events: their endpoints, the events, and their deliveries. */
export const events = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table event_endpoints (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    url text not null,
    types text[],
    status text not null default 'enabled' check (status in ('enabled', 'disabled', 'deleted')),
    disabled_reason text,
    secret text,
    previous_secret text,
    previous_secret_expires_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check ((secret is null) = (status = 'deleted')),
    check ((previous_secret is null) = (previous_secret_expires_at is null))
  )`,
  // Read by every change that causes an event, in the same statement.
  `create index event_endpoints_enabled on event_endpoints (project_id) where status = 'enabled'`,
  `create index event_endpoints_by_project on event_endpoints (project_id, id)`,

  `create table events (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    conversation_id uuid not null references conversations (id) on delete cascade,
    type text not null,
    data jsonb not null,
    created_at timestamptz not null default now()
  )`,
  `create index events_by_project on events (project_id)`,
  `create index events_by_conversation on events (conversation_id)`,

  `create table event_deliveries (
    id uuid primary key,
    event_id uuid not null references events (id) on delete cascade,
    endpoint_id uuid not null references event_endpoints (id) on delete cascade,
    project_id uuid not null,
    status text not null default 'pending' check (status in ('pending', 'delivered', 'exhausted', 'canceled')),
    round integer not null default 1,
    attempts integer not null default 0,
    round_attempts integer not null default 0,
    next_attempt_at timestamptz default now(),
    expires_at timestamptz not null,
    delivered_at timestamptz,
    created_at timestamptz not null default now(),
    unique (event_id, endpoint_id),
    check ((next_attempt_at is null) = (status <> 'pending'))
  )`,
  `create index event_deliveries_by_project on event_deliveries (project_id, id)`,
  `create index event_deliveries_by_endpoint on event_deliveries (endpoint_id)`,
  `create index event_deliveries_pending on event_deliveries (id) where status = 'pending'`,

  `create table event_attempts (
    delivery_id uuid not null references event_deliveries (id) on delete cascade,
    number integer not null,
    response_status integer,
    error text,
    duration_ms integer not null,
    created_at timestamptz not null default now(),
    primary key (delivery_id, number)
  )`,
];
