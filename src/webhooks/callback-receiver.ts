import { errorMessage } from '../errors/error-message.js';
import { Injectable, Logger } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { Coordination } from '../coordination/coordination.js';
import { canonicalId } from '../http/ids.js';
import { bestEffort } from '../queues/best-effort.js';
import { JobQueues } from '../queues/job-queues.js';
import { callbackProof, DOCTOR_STATUS } from './callback-proof.js';
import { CallbacksRepository } from '../chunks/callbacks.repository.js';

/** Maximum length of a nonce of the doctor. */
const MAX_NONCE_LENGTH = 100;

export type CallbackOutcome = 'ok' | 'error_handled' | 'ignored' | 'unknown' | 'malformed' | 'unavailable';

/** The provider's id format; anything else could not be stored or requested as an id. */
const TRANSCRIPT_ID = /^[A-Za-z0-9_-]{1,100}$/;

/**
 * Receives callbacks. A callback is only a hint that a check is worthwhile: it is recorded on its
 * submission and wakes the check. Only the transcript id of the body is used, to find the
 * submission or as a claim that the check verifies. Never sends a request to a provider.
 */
@Injectable()
export class CallbackReceiver {
  private readonly logger = new Logger(CallbackReceiver.name);

  constructor(
    private readonly callbacks: CallbacksRepository,
    private readonly coordination: Coordination,
    private readonly queues: JobQueues,
  ) {}

  /** @param submission the `submission` query parameter of the callback, if present */
  async receive(body: unknown, submission: unknown): Promise<CallbackOutcome> {
    const notification = readNotification(body);
    if (notification === 'malformed' || notification === 'ignored') return notification;
    const { transcriptId, status } = notification;
    try {
      const submissionId = await this.record(transcriptId, submission);
      if (submissionId === undefined) return 'unknown';
      await bestEffort(this.logger, `waking the check of submission ${submissionId}`, () =>
        this.queues.wake('check', { submissionId }),
      );
      return status === 'completed' ? 'ok' : 'error_handled';
    } catch (error) {
      const reason = errorMessage(error);
      this.logger.error(`a callback could not be recorded, the provider will call again: ${reason}`);
      return 'unavailable';
    }
  }

  /** @returns the submission on which the callback was recorded */
  private async record(transcriptId: string, submission: unknown): Promise<string | undefined> {
    const last = lastOf(submission);
    if (isUUID(last)) {
      // Canonical spelling, as it is the id of the check's job: another spelling is another job.
      const named = canonicalId(String(last));
      return (await this.callbacks.record(named, transcriptId)) ? named : undefined;
    }
    const known = await this.findSubmission(transcriptId);
    if (known === undefined) return undefined;
    return (await this.callbacks.record(known, transcriptId)) ? known : undefined;
  }

  /** Asks coordination first; the database decides, as coordination may have been wiped. */
  private async findSubmission(transcriptId: string): Promise<string | undefined> {
    let known: string | undefined;
    await bestEffort(this.logger, 'looking up callback metadata', async () => {
      known = (await this.coordination.getCallbackMetadata(transcriptId))?.submissionId;
    });
    return known ?? (await this.callbacks.findByTranscript(transcriptId));
  }
}

/** Returns a repeated parameter's last value, which is ours: the configured URL may contain one. */
function lastOf(parameter: unknown): unknown {
  return Array.isArray(parameter) ? parameter.at(-1) : parameter;
}

/**
 * Answers the doctor, which tests whether callbacks arrive at this service.
 *
 * @returns undefined when the callback is not from the doctor
 */
export function proofFor(body: unknown, secret: string | undefined): string | undefined {
  if (typeof body !== 'object' || body === null || secret === undefined) return undefined;
  const { status, nonce } = body as Record<string, unknown>;
  if (status !== DOCTOR_STATUS || typeof nonce !== 'string' || nonce.length > MAX_NONCE_LENGTH)
    return undefined;
  return callbackProof(secret, nonce);
}

type Notification = { transcriptId: string; status: 'completed' | 'error' };

function readNotification(body: unknown): Notification | 'ignored' | 'malformed' {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'malformed';
  const { status, transcript_id: transcriptId } = body as Record<string, unknown>;
  if (typeof status !== 'string') return 'malformed';
  if (status !== 'completed' && status !== 'error') return 'ignored';
  if (typeof transcriptId !== 'string' || !TRANSCRIPT_ID.test(transcriptId)) return 'malformed';
  return { transcriptId, status };
}
