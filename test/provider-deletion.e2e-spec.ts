import { describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import { Gate } from './support/gate.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';
import { wipeQueues } from './support/wipe-queues.js';

const ENV = { DELETE_AT_PROVIDER: 'true', RECONCILE_INTERVAL_MS: '200', RETRY_BASE_MS: '5' };

interface Deletion {
  status: string;
  evidence: string | null;
  attempts: number;
}

async function deletionsOf(world: World, chunkId: string): Promise<Deletion[]> {
  return query<Deletion & { [column: string]: unknown }>(
    world.database.url,
    'select status, evidence, attempts from provider_deletions where chunk_id = $1 order by submission_created_at',
    [chunkId],
  );
}

/** Waits until so many copies of a chunk are deleted, as the record says. */
async function deletedCopies(world: World, chunkId: string, count = 1): Promise<Deletion[]> {
  return waitUntil(
    () => deletionsOf(world, chunkId),
    (deletions) => deletions.filter(({ status }) => status === 'deleted').length === count,
  );
}

/** Ids of the transcripts that still hold what was heard. */
function keptTranscripts({ simulator }: World): string[] {
  return [...simulator.ledger.transcripts.keys()].filter(
    (id) => simulator.assemblyai.find(id)?.deleted !== true,
  );
}

describe.each(STRATEGIES)('the copy of a transcript at the provider, with the %s strategy', (strategy) => {
  const world = sharedWorld(() => World.start({ strategy, env: ENV }));

  it('is deleted once its chunk is completed, which keeps its text', async () => {
    const settled = await settleChunk(world().api);
    const deletions = await deletedCopies(world(), settled.id);
    const { transcript } = await world().api.chunk(settled.id);

    expect(deletions).toEqual([{ status: 'deleted', evidence: 'emptied', attempts: 0 }]);
    expect(keptTranscripts(world())).toEqual([]);
    expect(transcript).toBe(settled.transcript);
    expect(world().simulator.ledger.counts.delete).toBe(1);
  });

  it('is deleted when its chunk has failed', async () => {
    world().simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: 'Audio duration is too short.' },
    });
    const failed = await settleChunk(world().api);
    await deletedCopies(world(), failed.id);

    expect(failed.status).toBe('failed');
    expect(keptTranscripts(world())).toEqual([]);
  });

  it('stays while an anonymized chunk is correcting, as each try reads it there', async () => {
    const { api, simulator } = world();
    const gate = new Gate();
    simulator.hooks.beforeCorrectionResponse = gate.pass;
    simulator.faults.add({
      operation: 'correct',
      effect: { kind: 'status', status: 503, workDone: true },
      times: 1,
    });
    const { id } = await startChunk(api, { anonymize: true });
    await gate.reached;
    // Another copy is deleted meanwhile, so the deleter has run, and has kept this one.
    const [other] = await Promise.all([failingChunk(world())]);
    await deletedCopies(world(), other);
    const kept = await deletionsOf(world(), id);
    gate.open();
    const chunk = await api.settledChunk(id);
    await deletedCopies(world(), id);

    expect(kept).toEqual([]);
    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(simulator.ledger.counts.correct).toBe(2);
    expect(keptTranscripts(world())).toEqual([]);
  });

  it('is also deleted for abandoned submissions', async () => {
    world().simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: 'Server error, developers have been alerted.' },
      times: 1,
    });
    const chunk = await settleChunk(world().api);
    await deletedCopies(world(), chunk.id, 2);

    expect(chunk.status).toBe('completed');
    expect(world().simulator.ledger.transcripts.size).toBe(2);
    expect(keptTranscripts(world())).toEqual([]);
  });

  it('is searched for and deleted when the answer to its submit was lost and another was sent', async () => {
    world().simulator.faults.add(
      { operation: 'submit', effect: { kind: 'lostReply' }, times: 1 },
      { operation: 'webhook', effect: { kind: 'drop' } },
      {
        operation: 'list',
        effect: { kind: 'body', body: '{"transcripts": [], "page_details": {}}' },
      },
    );
    const started = await startChunk(world().api);
    await world().simulator.waitFor(({ counts }) => counts.submit === 2);
    world().simulator.faults.clear();
    const chunk = await world().api.settledChunk(started.id);
    const deletions = await deletedCopies(world(), chunk.id, 2);

    expect(chunk.status).toBe('completed');
    expect(deletions.map(({ evidence }) => evidence)).toEqual(['emptied', 'emptied']);
    expect(world().simulator.ledger.transcripts.size).toBe(2);
    expect(keptTranscripts(world())).toEqual([]);
  });

  it('is deleted after the provider has failed for a while, and shows as pending meanwhile', async () => {
    const { api, simulator } = world();
    simulator.faults.add({ operation: 'delete', effect: { kind: 'status', status: 503 } });
    const chunk = await settleChunk(api);
    await waitUntil(
      () => deletionsOf(world(), chunk.id),
      ([deletion]) => (deletion?.attempts ?? 0) >= 2,
    );
    const pending = await gauge(world(), 'ringback_provider_deletions_pending');
    const { body } = await api.get<{ details: { deletions: unknown } }>('/health/ready');
    simulator.faults.clear();
    await deletedCopies(world(), chunk.id);

    expect(pending).toBe(1);
    expect(body.details.deletions).toMatchObject({ status: 'up', pendingProviderDeletions: 1 });
    expect(await gauge(world(), 'ringback_provider_deletions_pending')).toBe(0);
    expect(keptTranscripts(world())).toEqual([]);
  });

  it('is still deleted after a restart, and after the queues were wiped', async () => {
    const { simulator } = world();
    simulator.faults.add({ operation: 'delete', effect: { kind: 'status', status: 500 } });
    const chunk = await settleChunk(world().api);
    await waitUntil(
      () => deletionsOf(world(), chunk.id),
      ([deletion]) => (deletion?.attempts ?? 0) >= 1,
    );
    await world().stopService();
    await wipeQueues(world());
    simulator.faults.clear();
    await world().startService();
    await deletedCopies(world(), chunk.id);

    expect(keptTranscripts(world())).toEqual([]);
  });
});

describe('a deletion at the provider', () => {
  const world = sharedWorld(() => World.start({ env: ENV }));

  it.each<[string, Effect]>([
    ['404', { kind: 'status', status: 404, body: { error: 'Not found' } }],
    [
      '400, as its documents have it',
      { kind: 'status', status: 400, body: { error: 'Transcript lookup error, transcript id not found' } },
    ],
  ])('counts as done when the provider does not know the transcript: %s', async (_status, effect) => {
    world().simulator.faults.add({ operation: 'delete', effect });
    const chunk = await settleChunk(world().api);

    expect(await deletedCopies(world(), chunk.id)).toEqual([
      { status: 'deleted', evidence: 'unknown', attempts: 0 },
    ]);
  });

  it('is not done before the provider shows the transcript emptied', async () => {
    const { simulator } = world();
    simulator.faults.add({ operation: 'delete', effect: { kind: 'body', body: '{}' }, times: 2 });
    const chunk = await settleChunk(world().api);

    expect(await deletedCopies(world(), chunk.id)).toEqual([
      { status: 'deleted', evidence: 'emptied', attempts: 2 },
    ]);
    expect(keptTranscripts(world())).toEqual([]);
  });

  it('is tried again, later, while the provider refuses it', async () => {
    world().simulator.faults.add(
      {
        operation: 'delete',
        effect: { kind: 'status', status: 401, body: { error: 'Unauthorized' } },
        times: 1,
      },
      { operation: 'delete', effect: { kind: 'cut' }, times: 1 },
      {
        operation: 'delete',
        effect: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
        times: 1,
      },
    );
    const chunk = await settleChunk(world().api);

    expect(await deletedCopies(world(), chunk.id)).toEqual([
      { status: 'deleted', evidence: 'emptied', attempts: 3 },
    ]);
  });
});

/** Reads a gauge without labels. */
async function gauge(world: World, name: string): Promise<number> {
  const { body } = await world.api.get<string>('/metrics');
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1]);
}

/** Makes a chunk that fails, so that no correction delays its deletion. */
async function failingChunk(world: World): Promise<string> {
  world.simulator.faults.add({
    operation: 'submit',
    effect: { kind: 'outcome', status: 'error', error: 'Audio duration is too short.' },
    times: 1,
  });
  return (await settleChunk(world.api)).id;
}
