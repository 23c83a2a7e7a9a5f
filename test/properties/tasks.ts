import { setTimeout as pause } from 'node:timers/promises';
import { submissionIdOf } from '../../src/providers/assemblyai/callback-url.js';
import type { Activity } from './activity.js';
import type { Harness } from './harness.js';
import type { Ledger } from './ledger.js';
import { pickOf } from './pick.js';
import type { InMemoryProvider, InMemoryTranscript } from './in-memory-provider.js';
import type { InMemoryJob, InMemoryQueues } from './in-memory-queues.js';
import type { ServiceProcess } from './service-process.js';
import type { Action, AudioKind, CallbackKind } from './steps.js';

/** Objects that an action acts on. */
export interface World {
  readonly harness: Harness;
  readonly ledger: Ledger;
  readonly provider: InMemoryProvider;
  readonly queues: InMemoryQueues;
  readonly conversationId: string;
  readonly sharedUrl: string;
  /** Chunks whose id the sender has received. */
  readonly chunkIds: string[];
}

/** Work of one process. */
export interface Task {
  label: string;
  work: (process: ServiceProcess, activity: Activity) => Promise<void>;
  job?: InMemoryJob;
}

/** A bulk restart selects chunks that failed before the current millisecond. */
const CLOCK_STEP_MS = 2;

/** @returns undefined when there is nothing to act on */
export async function taskOf(action: Action, world: World): Promise<Task | undefined> {
  switch (action.kind) {
    case 'job': {
      const jobs = world.queues.list().filter(({ state }) => action.takeOver || state !== 'active');
      const job = pickOf(jobs, action.pick);
      return job && jobTask(job, world);
    }
    case 'callback':
      return callbackTask(action, world);
    case 'add':
      return addTask(action.audio, world);
    case 'finish':
      return finishTask(world);
    case 'restart':
      return action.how === 'all failed' ? bulkRestartTask(world) : restartTask(action, world);
    case 'correct again':
      return correctAgainTask(action, world);
    case 'delete':
      return deleteTask(world);
    case 'reconcile':
      return { label: 'reconcile', work: ({ reconciler }) => reconciler.reconcile() };
  }
}

export function jobTask(job: InMemoryJob, { queues }: Pick<World, 'queues'>): Task {
  return {
    label: `job ${job.kind}`,
    work: ({ processors }, activity) => queues.run(job, processors[job.kind], activity),
    job,
  };
}

export function finishTask({ conversationId }: Pick<World, 'conversationId'>): Task {
  return {
    label: 'finish',
    work: async ({ conversations }) => {
      await conversations.finish(conversationId);
    },
  };
}

function addTask(audio: AudioKind, world: World): Task {
  const { conversationId, chunkIds } = world;
  const idempotencyKey = audio === 'repeated' ? 'the same' : undefined;
  return {
    label: `add ${audio}`,
    work: async ({ intake }) => {
      const { id } = await intake.accept({
        conversationId,
        idempotencyKey,
        isUpload: audio !== 'shared url',
        receive: (chunkId) => Promise.resolve({ audio: audioOf(chunkId, audio, world) }),
      });
      if (!chunkIds.includes(id)) chunkIds.push(id);
    },
  };
}

function audioOf(chunkId: string, audio: AudioKind, { conversationId, sharedUrl }: World) {
  if (audio === 'shared url') return { kind: 'url' as const, url: sharedUrl };
  const key = `${conversationId}/${chunkId}.wav`;
  return { kind: 'stored' as const, key, mimeType: 'audio/wav', bytes: 1, facts: null };
}

async function restartTask(
  action: Extract<Action, { kind: 'restart' }>,
  { harness, ledger, chunkIds }: World,
): Promise<Task | undefined> {
  if (action.how === 'redacted') return restartOf(pickOf(chunkIds, action.pick), action, ledger);
  const settled = await harness.change<{ id: string }>(
    `select id from chunks where id = any($1) and status in ('completed', 'failed') order by id`,
    [chunkIds],
  );
  // Prefers chunks that can be restarted; the restart of any other must be harmless.
  return restartOf(pickOf(settled, action.pick)?.id ?? pickOf(chunkIds, action.pick), action, ledger);
}

function restartOf(
  chunkId: string | undefined,
  { how }: Extract<Action, { kind: 'restart' }>,
  ledger: Ledger,
): Task | undefined {
  if (chunkId === undefined) return undefined;
  ledger.restarts.add(chunkId);
  const isRedacted = how === 'redacted';
  if (isRedacted) ledger.redactions.add(chunkId);
  return {
    label: `restart ${how}`,
    work: async ({ intake }) => {
      await intake.restart(chunkId, { force: how === 'forced', ...(isRedacted && { redactPii: true }) });
    },
  };
}

/** Corrects a chunk again, whether it can be or not. */
function correctAgainTask(
  { pick, force }: Extract<Action, { kind: 'correct again' }>,
  { ledger, chunkIds }: World,
): Task | undefined {
  const chunkId = pickOf(chunkIds, pick);
  if (chunkId === undefined) return undefined;
  ledger.correctionsAgain.add(chunkId);
  return {
    label: `correct again${force ? ' forced' : ''}`,
    work: async ({ intake }) => {
      await intake.correctAgain(chunkId, { force });
    },
  };
}

function deleteTask({ ledger, conversationId }: World): Task {
  ledger.isDeleted = true;
  return {
    label: 'delete',
    work: async ({ deletions }) => {
      await deletions.request(conversationId);
    },
  };
}

async function bulkRestartTask({ ledger, conversationId }: World): Promise<Task> {
  ledger.bulkRestarts += 1;
  await pause(CLOCK_STEP_MS);
  return {
    label: 'restart all failed',
    work: async ({ intake }) => {
      await intake.restartFailed({ conversationId });
    },
  };
}

/** A callback as the provider would send it, or as a forger with the secret would. */
function callbackTask(
  { pick, as }: Extract<Action, { kind: 'callback' }>,
  { provider, ledger }: World,
): Task | undefined {
  const transcript = pickOf(provider.transcripts, pick);
  const isForged = as === 'forged id' || as === 'crossed';
  const submission = isForged
    ? pickOf([...provider.submissions].reverse(), pick)
    : submissionIdOf(transcript?.webhookUrl);
  const transcriptId = claimedId({ pick, as }, { provider, transcript, submission });
  if (transcriptId === undefined) return undefined;
  if (isForged) ledger.disturb();
  const sentAt = ledger.step;
  const isReady = transcript !== undefined && transcript.status !== 'processing';
  const body = {
    transcript_id: transcriptId,
    status: transcript?.status === 'error' ? 'error' : 'completed',
  };
  return {
    label: `callback ${as}`,
    work: async ({ receiver }) => {
      const outcome = await receiver.receive(body, as === 'without submission' ? undefined : submission);
      ledger.callbacks.add(`${as}: ${outcome}`);
      const isTaken = outcome === 'ok' || outcome === 'error_handled';
      if (isTaken && isReady && submission !== undefined && !isForged) {
        ledger.hints.push({ submission, sentAt });
      }
    },
  };
}

function claimedId(
  { pick, as }: { pick: number; as: CallbackKind },
  known: {
    provider: InMemoryProvider;
    transcript: InMemoryTranscript | undefined;
    submission: string | undefined;
  },
): string | undefined {
  const { provider, transcript, submission } = known;
  if (as === 'forged id') return provider.submissions.length === 0 ? undefined : `forged-${pick}`;
  if (as === 'crossed') {
    const others = provider.transcripts.filter(
      ({ webhookUrl }) => webhookUrl !== null && submissionIdOf(webhookUrl) !== submission,
    );
    return pickOf(others, pick)?.id;
  }
  return transcript?.id;
}
