import { submissionIdOf } from '../../src/providers/assemblyai/callback-url.js';
import type { Experiment } from './experiment.js';
import { assertHolds } from './property-error.js';
import { finishTask } from './tasks.js';

/** A chunk's path has half a dozen jobs; tries that failed add some more. */
const MAX_ROUNDS = 40;

/** Lets everything end well: nothing is broken any more, and time passes. @throws PropertyError when it does not */
export async function comeToRest(experiment: Experiment): Promise<void> {
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
    // Without lost work there is nothing for the reconciler to do, and it must not be needed.
    if (ledger.hasLostWork) await experiment.start({ kind: 'reconcile' }, { until: 'end' });
    if (queues.list().length > 0) continue;
    await assertLateCallbackIsUnknown(experiment);
    return;
  }
  const left = queues.list().map(({ id, state }) => `${id} (${state})`);
  assertHolds(false, `it comes to rest; still there: ${left.join(', ')}`);
}

/** Finishing once more would make up for a finalization that nobody has queued. */
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

/** Rules K1 and K2: no callback is forgotten, whenever it came. No time has passed: nothing but the callback made us look. */
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
    `the callback of submission ${open[0]?.id ?? ''} made us look without a pause`,
  );
}

/** What has settled is not woken by a callback that the provider repeats. */
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
  assertHolds(isUnknown, `a callback of what has settled is unknown, and wakes nobody (${outcomes.join()})`);
}

async function passTime({ provider, harness, conversationId }: Experiment): Promise<void> {
  provider.carryOutLateRequests();
  for (const transcript of provider.transcripts) provider.end(transcript, 'completed');
  await harness.change(
    `update submissions set lease_until = now() where conversation_id = $1 and status = 'created'`,
    [conversationId],
  );
}
