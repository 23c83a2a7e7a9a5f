/** Shapes of the API's answers about the operation of the service. */

export type ProblemKind = 'failed' | 'uncorrected';

export interface Problem {
  kind: ProblemKind;
  code: string;
  chunks: number;
  conversations: number;
  firstAt: string;
  lastAt: string;
  example: string;
  advice: string;
}

export type DeliveryStatus = 'pending' | 'delivered' | 'exhausted' | 'canceled';

export interface DeliveryAttempt {
  number: number;
  at: string;
  durationMs: number;
  responseStatus: number | null;
  error: string | null;
}

export interface Delivery {
  id: string;
  projectId: string;
  type: string;
  data: { conversationId?: string };
  url: string;
  status: DeliveryStatus;
  attempts: DeliveryAttempt[];
  createdAt: string;
  nextAttemptAt: string | null;
}

export interface Queue {
  name: string;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  oldestWaitingSeconds: number;
}

export interface OpenSubmissions {
  status: 'created' | 'submitted';
  count: number;
  oldestSeconds: number;
}

export interface ConfiguredModel {
  variable: string;
  model: string;
  provider: string;
  closedToNewProjectsOn: string | null;
  endsOn: string | null;
  successor: string | null;
}

export interface SystemReport {
  version: string;
  role: string;
  queueEngine: string;
  strategy: 'webhook' | 'polling';
  provider: string;
  audioStore: 'folder' | 'bucket';
  audioRetentionDays: number | null;
  readiness: { status: 'ok' | 'error'; details: Readonly<Record<string, ReadinessDetail>> | null };
  queues: Queue[] | null;
  openSubmissions: OpenSubmissions[] | null;
  lostCallbacks: { cause: string; count: number }[];
  models: ConfiguredModel[];
}

/** State of one dependency; further fields say why it is down, or which figures are unknown. */
export type ReadinessDetail = Readonly<Record<string, unknown>> & { status: 'up' | 'down' };
