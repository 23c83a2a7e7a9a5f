import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../support/api.js';
import { Fleet } from '../support/fleet.js';
import { volume } from '../support/volume.js';
import { waitUntil } from '../support/wait-until.js';

const CONVERSATIONS = volume(10, 50);
const CHUNKS_EACH = 20;
const CHUNKS = CONVERSATIONS * CHUNKS_EACH;
const DEADLINE_MS = 180_000;
/** Work is added until this many workers were killed. */
const MIN_KILLS = 4;
/** Cost of a killed worker: its pending submits, whose answers were lost. */
const EXTRA_BILLS_PER_KILL = 4;

/**
 * Distributes all chunks of all conversations over the api processes, and finishes the
 * conversations.
 */
async function addWork(apis: Api[]): Promise<string[]> {
  const ids: string[] = [];
  await Promise.all(
    Array.from({ length: CONVERSATIONS }, async (_, index) => {
      const api = apis[index % apis.length];
      if (api === undefined) throw new Error('no api');
      const { id } = await api.createConversation();
      ids.push(id);
      for (let chunk = 0; chunk < CHUNKS_EACH; chunk += 1) {
        await api.addChunk(id);
      }
      await api.finish(id);
    }),
  );
  return ids;
}

async function finalized(api: Api, ids: string[]): Promise<void> {
  for (const id of ids) {
    const { chunks } = await waitUntil(
      () => api.conversation(id),
      ({ status, summary }) => status === 'finalized' && summary !== null,
      DEADLINE_MS,
    );
    expect(chunks).toEqual({ total: CHUNKS_EACH, pending: 0, completed: CHUNKS_EACH, failed: 0 });
  }
}

describe('two api and three worker processes', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start({ apis: 2, workers: 3 });
  }, DEADLINE_MS);

  afterAll(async () => {
    await fleet.stop();
  });

  it(
    'process all chunks, each submitted, corrected and settled once, each conversation finalized once',
    async () => {
      const ids = await addWork(fleet.apis);
      await finalized(fleet.api, ids);

      await fleet.verify(async () => {
        const { counts, billed, transcripts } = fleet.simulator.ledger;
        expect(counts).toMatchObject({ submit: CHUNKS, correct: CHUNKS, summarize: CONVERSATIONS });
        expect(billed).toBe(CHUNKS);
        expect(new Set([...transcripts.values()].map(({ submission }) => submission)).size).toBe(CHUNKS);
        expect(await fleet.count("submissions where status = 'completed'")).toBe(CHUNKS);
        expect(await fleet.count("conversations where merge_revision = 1 and status = 'finalized'")).toBe(
          CONVERSATIONS,
        );
        expect(fleet.busyWorkers()).toBe(3);
        expect(fleet.errors()).toEqual([]);
      });
    },
    DEADLINE_MS,
  );

  it(
    'lose nothing and do nothing twice while a worker is killed every second',
    async () => {
      fleet.simulator.ledger.reset();
      const stopKilling = fleet.killAWorkerEverySecond();
      const killed = () => fleet.processes.filter(({ isRunning }) => !isRunning).length;
      let rounds = 0;
      const kills = await stopKilling(async () => {
        do {
          rounds += 1;
          await finalized(fleet.api, await addWork(fleet.apis));
        } while (killed() < MIN_KILLS);
      });

      const { billed } = fleet.simulator.ledger;
      process.stdout.write(
        `kills: ${kills}, chunks: ${CHUNKS * rounds}, billed at the provider: ${billed}\n`,
      );
      expect(kills).toBeGreaterThanOrEqual(MIN_KILLS);
      expect(billed).toBeGreaterThanOrEqual(CHUNKS * rounds);
      expect(billed).toBeLessThanOrEqual(CHUNKS * rounds + kills * EXTRA_BILLS_PER_KILL);
      expect(await fleet.count("chunks where status = 'completed'")).toBe(CHUNKS * (1 + rounds));
      expect(await fleet.count("submissions where status = 'completed'")).toBe(CHUNKS * (1 + rounds));
      expect(await fleet.count("conversations where merge_revision = 1 and status = 'finalized'")).toBe(
        CONVERSATIONS * (1 + rounds),
      );
    },
    DEADLINE_MS,
  );
});
