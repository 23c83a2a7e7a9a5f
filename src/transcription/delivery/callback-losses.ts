import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { Metrics } from '../../observability/metrics.js';

export type LossCause =
  | 'never_called'
  | 'redirected'
  | 'unauthorized'
  | 'not_found'
  | 'client_error'
  | 'server_error'
  | 'timed_out';

const EXPLANATIONS: Readonly<Record<LossCause, string>> = {
  redirected: 'the answer was a redirect; give the URL that it leads to as ASSEMBLYAI_WEBHOOK_URL',
  never_called:
    'AssemblyAI has not called; check that ASSEMBLYAI_WEBHOOK_URL can be reached from the internet',
  unauthorized:
    'our answer was 401 or 403; check that no proxy drops the header, and ASSEMBLYAI_WEBHOOK_SECRET',
  not_found: 'the answer was 404; check the path of ASSEMBLYAI_WEBHOOK_URL and the proxies in front of it',
  client_error: 'the answer was another 4xx; check the proxies in front of this service',
  server_error: 'the answer was a 5xx; check the proxies in front of this service, and its log',
  timed_out: 'the answer took too long; check the proxies in front of this service, and its load',
};

/** So many losses in a row are not a coincidence: callbacks cannot reach us. */
const LOSSES_UNTIL_POLLING = 5;

/** Observation of a check, about a submission that asked for a callback. */
export interface CallbackObservation {
  /** Callbacks recorded before the check. */
  callbacks: number;
  /** The last HTTP status that the provider received from us for it; null when it reports none. */
  webhookStatusCode: number | null;
  /** Age of the submission. */
  ageMs: number;
}

/**
 * Watches whether callbacks arrive. When a check had to find a transcript, the status that the
 * provider received explains why. After several losses in a row this process polls instead of
 * waiting for callbacks, until one arrives again.
 */
@Injectable()
export class CallbackLosses {
  private readonly logger = new Logger('Callbacks');
  private inARow = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly metrics: Metrics,
  ) {}

  /** Whether callbacks should currently not be waited for. */
  get arePersistent(): boolean {
    return this.inARow >= LOSSES_UNTIL_POLLING;
  }

  /**
   * @returns why no callback brought the result, for the log; undefined if one did or none was due
   */
  note(observation: CallbackObservation): string | undefined {
    const cause = causeOf(observation, this.config.transcription.callbackDeadlineMs);
    if (cause === 'arrived') this.recover();
    if (cause === 'arrived' || cause === 'not_due') return undefined;
    this.metrics.callbackLosses.inc({ cause });
    this.inARow += 1;
    const explanation = `no callback arrived: ${EXPLANATIONS[cause]}`;
    this.logger.warn(explanation);
    if (this.inARow === LOSSES_UNTIL_POLLING) {
      this.logger.error(
        `${LOSSES_UNTIL_POLLING} callbacks in a row did not arrive; polling every POLL_INTERVAL_MS until one does. The last: ${EXPLANATIONS[cause]}`,
      );
    }
    return explanation;
  }

  private recover(): void {
    if (this.arePersistent) this.logger.log('callbacks arrive again; waiting for them as before');
    this.inARow = 0;
  }
}

function causeOf(
  observation: CallbackObservation,
  callbackDeadlineMs: number,
): LossCause | 'arrived' | 'not_due' {
  const { webhookStatusCode: status } = observation;
  if (observation.callbacks > 0 || (status !== null && status >= 200 && status < 300)) return 'arrived';
  if (status === null) return observation.ageMs >= callbackDeadlineMs ? 'never_called' : 'not_due';
  if (status < 400) return 'redirected';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404) return 'not_found';
  if (status === 408 || status === 504) return 'timed_out';
  return status >= 500 ? 'server_error' : 'client_error';
}
