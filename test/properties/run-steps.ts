import type { Experiment } from './experiment.js';
import { pickOf } from './pick.js';
import type { ProviderFault } from './in-memory-provider.js';
import type { Disturbance, Step } from './steps.js';

const REFUSALS: readonly ProviderFault[] = [
  { call: 'submit', kind: 'refused' },
  { call: 'correct', kind: 'refused' },
];

/** Runs one step. */
export async function runStep(experiment: Experiment, step: Step): Promise<void> {
  experiment.ledger.step += 1;
  experiment.trace.push(`--- ${JSON.stringify(step)}`);
  switch (step.kind) {
    case 'start':
      await experiment.start(step.action, step);
      return;
    case 'resume':
      await experiment.resume(step.pick, step.until);
      return;
    case 'overlap':
      await overlap(experiment, step);
      return;
    case 'transcript ends':
      await endTranscript(experiment, step);
      return;
    case 'calm':
      await experiment.finishAll();
      for (const job of experiment.queues.list()) await experiment.runJob(job);
      return;
    case 'work':
      for (let round = 0; round < step.rounds; round += 1) await experiment.work();
      return;
    default:
      await disturb(experiment, step);
  }
}

/** Applies a disturbance to the service. */
async function disturb(experiment: Experiment, step: Disturbance): Promise<void> {
  const { ledger, provider, queues, harness } = experiment;
  switch (step.kind) {
    case 'fault':
      for (let count = 0; count < step.times; count += 1) provider.arm(step.fault);
      return;
    case 'queue fault':
      queues.arm(step.fault);
      return;
    case 'lease ends':
      await endLease(experiment, step.pick);
      return;
    case 'overdue':
      await makeOverdue(experiment, step.pick);
      return;
    case 'wipe':
      ledger.wipe();
      if (step.what === 'queues') queues.wipe();
      else await harness.wipeCoordination();
      return;
    case 'switch delivery':
      experiment.switchDelivery();
      return;
  }
}

async function overlap(
  experiment: Experiment,
  { actions, order, refused }: Extract<Step, { kind: 'overlap' }>,
): Promise<void> {
  const { provider } = experiment;
  const faults = refused ? REFUSALS.map((fault) => ({ ...fault })) : [];
  for (const fault of faults) provider.arm(fault);
  await experiment.overlap(actions, order);
  provider.disarm(faults);
}

async function endTranscript(
  experiment: Experiment,
  { pick, how, callback }: Extract<Step, { kind: 'transcript ends' }>,
): Promise<void> {
  const { provider } = experiment;
  provider.executeLateRequests();
  const running = provider.transcripts.filter(({ status }) => status === 'processing');
  const transcript = pickOf(running, pick);
  if (transcript === undefined) return;
  provider.end(transcript, how);
  if (!callback || transcript.webhookUrl === null) return;
  const index = provider.transcripts.indexOf(transcript);
  await experiment.start({ kind: 'callback', pick: index, as: 'genuine' }, { until: 'end' });
}

/**
 * Ends a lease. A submitter that continues is a frozen process, which may cost a second payment.
 */
async function endLease(experiment: Experiment, pick: number): Promise<void> {
  const open = await experiment.harness.change<{ id: string; chunk_id: string }>(
    `select id, chunk_id from submissions where conversation_id = $1 and status = 'created' order by id`,
    [experiment.conversationId],
  );
  const submission = pickOf(open, pick);
  if (submission === undefined) return;
  const ended = await experiment.harness.change(
    `update submissions set lease_until = now()
     where id in (select id from submissions where id = $1 for update skip locked) returning id`,
    [submission.id],
  );
  if (ended.length === 0) return;
  const submitters = experiment.submittersOf(submission.chunk_id);
  for (let count = 0; count < submitters; count += 1) experiment.ledger.frozen.add(submission.chunk_id);
}

/** Ends the time that a chunk may wait, and a submission may take. */
async function makeOverdue(experiment: Experiment, pick: number): Promise<void> {
  const chunkId = pickOf(experiment.chunkIds, pick);
  if (chunkId === undefined) return;
  experiment.ledger.overdue.add(chunkId);
  for (const [table, column, key] of [
    ['chunks', 'queued_at', 'id'],
    ['submissions', 'created_at', 'chunk_id'],
  ]) {
    await experiment.harness.change(
      `update ${table} set ${column} = ${column} - interval '1 hour'
       where id in (select id from ${table} where ${key} = $1 for update skip locked)`,
      [chunkId],
    );
  }
}
