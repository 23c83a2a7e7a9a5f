import type { EffectSet, FaultBoard } from '../faults.js';
import type { SimulatorHooks } from '../hooks.js';
import type { Ledger } from '../ledger.js';
import type { Lifetime } from '../lifetime.js';
import type { SimulatorSettings } from '../settings.js';
import type { Transcript } from './transcript.js';
import { type WebhookAnswer, WebhookClient } from './webhook-request.js';

/**
 * The callback, as documented: POST {"transcript_id", "status"} with one static header. A 2xx
 * within 10 s or any 4xx ends it. Any other result (also a redirect, which is not followed) causes
 * another attempt 10 s later, up to 10 attempts.
 */

interface Callback {
  readonly transcript: Transcript;
  readonly kind: 'transcript' | 'redactedAudio';
  readonly url: string;
  readonly body: string;
  readonly wrongSecret: boolean;
  readonly fault: string | null;
}

/** Never equal to a secret, and as long as a secret may be. */
const WRONG_SECRET = 'not-the-secret-0000000000000000000000';

/** Progress of a callback, for a submit that waits for it; see the fault `early`. */
export interface Delivery {
  /** Resolves when the first attempt has been answered, or when there is no callback. */
  readonly firstAnswer: Promise<void>;
  /** Resolves when the callback was delivered or given up. */
  readonly done: Promise<void>;
}

export class WebhookSender {
  private client = new WebhookClient();

  constructor(
    private readonly tools: {
      readonly settings: SimulatorSettings;
      readonly faults: FaultBoard;
      readonly ledger: Ledger;
      readonly hooks: SimulatorHooks;
      readonly lifetime: Lifetime;
    },
  ) {}

  /** Sends the callback of a job that has ended. A job without webhook URL has none. */
  deliver(transcript: Transcript): Delivery {
    let answered: () => void = () => undefined;
    const firstAnswer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const done = this.deliverAll(transcript, answered).finally(answered);
    return { firstAnswer, done };
  }

  /** Cuts and forgets all callbacks in progress. New callbacks can be sent afterwards. */
  abandon(): void {
    this.client.close();
    this.client = new WebhookClient();
  }

  close(): void {
    this.client.close();
  }

  private async deliverAll(transcript: Transcript, answered: () => void): Promise<void> {
    const { webhookUrl, redactedAudio } = transcript.params;
    if (webhookUrl === null) {
      return;
    }
    const { hooks, faults, ledger, lifetime } = this.tools;
    await hooks.beforeWebhook?.(transcript);
    const subject = {
      submission: transcript.submission,
      audioUrl: transcript.params.audioUrl,
      transcriptId: transcript.id,
    };
    const effects = faults.take('webhook', subject, (kind) => kind !== 'early');
    const delay = effects.find('delay');
    if (delay !== undefined && (await lifetime.sleep(delay.ms)) === 'cancelled') {
      return;
    }
    if (effects.has('drop')) {
      const entry = ledger.transcripts.get(transcript.id);
      if (entry !== undefined) {
        entry.webhooksDropped += 1;
      }
      ledger.changed();
      return;
    }
    await this.deliverCopies(completionOf(transcript, webhookUrl, effects), effects, answered);
    if (redactedAudio || effects.has('redactedAudioReady')) {
      await this.tryUntilTaken(redactedAudioOf(transcript, webhookUrl, effects), () => undefined);
    }
    await hooks.afterWebhook?.(transcript);
  }

  private async deliverCopies(callback: Callback, effects: EffectSet, answered: () => void): Promise<void> {
    const deliveries = 1 + (effects.find('duplicate')?.copies ?? 0);
    await Promise.all(Array.from({ length: deliveries }, () => this.tryUntilTaken(callback, answered)));
  }

  private async tryUntilTaken(callback: Callback, answered: () => void): Promise<void> {
    const { settings, lifetime } = this.tools;
    for (let attempt = 1; attempt <= settings.webhookMaxAttempts && !lifetime.isOver; attempt += 1) {
      const answer = await this.attempt(callback, attempt);
      answered();
      if (isFinal(answer)) {
        return;
      }
      const isLast = attempt === settings.webhookMaxAttempts;
      if (!isLast && (await lifetime.sleep(settings.webhookRetryDelayMs)) === 'cancelled') {
        return;
      }
    }
  }

  private async attempt(callback: Callback, attempt: number): Promise<WebhookAnswer> {
    const { transcript, kind, url, body, wrongSecret, fault } = callback;
    const header = transcript.params.webhookHeader;
    const time = Date.now();
    const answer = await this.client.post({
      url,
      body,
      header: wrongSecret && header !== null ? { name: header.name, value: WRONG_SECRET } : header,
      timeoutMs: this.tools.settings.webhookTimeoutMs,
    });
    transcript.webhookStatusCode = answer.status ?? transcript.webhookStatusCode;
    this.tools.ledger.webhookAttempt(transcript.id, {
      time,
      transcriptId: kind === 'transcript' ? transcript.id : null,
      submission: transcript.submission,
      kind,
      attempt,
      status: answer.status,
      error: answer.error,
      durationMs: Date.now() - time,
      fault,
    });
    return answer;
  }
}

const isFinal = ({ status }: WebhookAnswer): boolean =>
  status !== null && ((status >= 200 && status < 300) || (status >= 400 && status < 500));

function completionOf(transcript: Transcript, url: string, effects: EffectSet): Callback {
  return {
    transcript,
    kind: 'transcript',
    url,
    body: JSON.stringify({ transcript_id: transcript.id, status: transcript.status }),
    wrongSecret: effects.has('wrongSecret'),
    fault: effects.label,
  };
}

function redactedAudioOf(transcript: Transcript, url: string, effects: EffectSet): Callback {
  return {
    transcript,
    kind: 'redactedAudio',
    url,
    body: JSON.stringify({
      status: 'redacted_audio_ready',
      redacted_audio_url: `https://cdn.assemblyai.com/redacted-audio/${transcript.id}.mp3`,
    }),
    wrongSecret: effects.has('wrongSecret'),
    fault: effects.label,
  };
}
