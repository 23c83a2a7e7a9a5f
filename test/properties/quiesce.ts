import { submissionIdOf } from '../../src/providers/assemblyai/callback-url.js';
import type { Experiment } from './experiment.js';
import { assertHolds } from './property-error.js';
import { finishTask, type Task } from './tasks.js';

/** A chunk's path has half a dozen jobs; failed attempts add some more. */
const MAX_ROUNDS = 40;

/**
 * Stops all faults and lets time pass until all work has ended.
 * @throws PropertyError when it does not end
 */
export async function quiesce(experiment: Experiment): Promise<void> {
  const { ledger, provider, queues } = experiment;
  provider.disarm();
  queues.disarm();
  ledger.step += 1;
  experiment.trace.push('--- no fault any more');
  await experiment.finishAll();
  await runWhatIsAwake(experiment);
  await assertHintsAreFollowed(experiment);

  experiment.trace.push('--- time passes');
  if (await isOpen(experiment)) await experiment.do(finishTask(experiment));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    await passTime(experiment);
    const jobs = queues.list();
    for (const job of jobs) await experiment.runJob(job);
    if (jobs.length > 0) continue;
    // Without lost work the reconciler has nothing to do, and must not be needed.
    if (ledger.hasLostWork) await experiment.start({ kind: 'reconcile' }, { until: 'end' });
    if (queues.list().length > 0) continue;
    if (ledger.isDeleted) await experiment.do(removeRemainsTask());
    await assertLateCallbackIsUnknown(experiment);
    return;
  }
  const left = queues.list().map(({ id, state }) => `${id} (${state})`);
  assertHolds(false, `all work ends; left: ${left.join(', ')}`);
}

function removeRemainsTask(): Task {
  return { label: 'remove remains', work: ({ deleter }) => deleter.run(new AbortController().signal) };
}

/** A second request to finish would hide a finalization that was never queued. */
async function isOpen({ harness, conversationId }: Experiment): Promise<boolean> {
  const open = await harness.change(`select from conversations where id = $1 and status = 'open'`, [
    conversationId,
  ]);
  return open.length > 0;
}

async function runWhatIsAwake(experiment: Experiment): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const awake = experiment.queues.list().filter(({ state }) => state === 'waiting');
    if (awake.length === 0) return;
    for (const job of awake) await experiment.runJob(job);
  }
  assertHolds(false, 'jobs that do not wait for anything come to an end');
}

/**
 * Asserts rules K1 and K2: no callback is forgotten, whenever it came. No time has passed, so that
 * only the callback can have caused the check.
 */
async function assertHintsAreFollowed({ ledger, harness }: Experiment): Promise<void> {
  const promised = ledger.promisedHints().map(({ submission }) => submission);
  if (promised.length === 0) return;
  ledger.followedHints += promised.length;
  const open = await harness.change<{ id: string }>(
    `select id from submissions where id = any($1) and status in ('created', 'submitted')`,
    [promised],
  );
  assertHolds(
    open.length === 0,
    `the callback of submission ${open[0]?.id ?? ''} triggered a check without a pause`,
  );
}

/** Asserts that a repeated callback of a settled submission wakes no job. */
async function assertLateCallbackIsUnknown(experiment: Experiment): Promise<void> {
  const transcript = experiment.provider.transcripts.at(-1);
  if (transcript === undefined) return;
  const outcomes: string[] = [];
  await experiment.do({
    label: 'late callback',
    work: async ({ receiver }) => {
      const body = { transcript_id: transcript.id, status: 'completed' };
      outcomes.push(await receiver.receive(body, submissionIdOf(transcript.webhookUrl)));
    },
  });
  const isUnknown = outcomes.includes('unknown') && experiment.queues.list().length === 0;
  assertHolds(isUnknown, `a callback of what has settled is unknown, and wakes no job (${outcomes.join()})`);
}

async function passTime({ provider, harness, conversationId }: Experiment): Promise<void> {
  provider.executeLateRequests();
  for (const transcript of provider.transcripts) provider.end(transcript, 'completed');
  await harness.change(
    `update submissions set lease_until = now() where conversation_id = $1 and status = 'created'`,
    [conversationId],
  );
}
