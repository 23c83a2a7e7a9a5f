import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatorHooks } from '../simulator/hooks.js';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import { chunkInFlight } from './support/chunk-in-flight.js';
import type { Gate } from './support/gate.js';
import { holdNext } from './support/hold-next.js';
import { settleChunk } from './support/one-chunk.js';
import { letLeasesEnd, submissionCounts } from './support/record.js';
import { ServiceProcess, SHORT_JOB_LOCK_MS } from './support/service-process.js';
import { STRATEGIES, World, type Strategy } from './support/test-service.js';

/**
 * Running jobs of a killed worker are taken over once their locks have ended, after two searches
 * for stalled jobs: 9 s.
 */
const TAKE_OVER_MS = 60_000;
const CHUNKS = 6;

/** Service with a chunk at each step of its processing, which is then killed and started again. */
class KilledService {
  conversationId = '';
  otherConversationId = '';
  /** Id of the transcript of a submit that was carried out, but never answered. */
  unansweredTranscriptId = '';
  unanswered!: ChunkResponse;
  inFlight!: ChunkResponse;
  private readonly gates: Gate[] = [];

  private constructor(
    readonly world: World,
    private process: ServiceProcess,
  ) {}

  static async start(strategy: Strategy): Promise<KilledService> {
    const world = await World.start({
      strategy,
      env: { CALLBACK_DEADLINE_MS: '400', JOB_LOCK_MS: SHORT_JOB_LOCK_MS },
    });
    await world.stopService();
    return new KilledService(world, await ServiceProcess.start(world.env()));
  }

  async bringChunksToEveryStep(): Promise<void> {
    const { simulator, api } = this.world;
    const { id } = await api.createConversation();
    this.conversationId = id;

    simulator.faults.add({ operation: 'upload', effect: { kind: 'hang' }, times: 1 });
    await api.addChunk(id);
    await simulator.waitFor(({ counts }) => counts.upload === 1);

    simulator.faults.add({ operation: 'submit', effect: { kind: 'hang' }, times: 1 });
    await api.addChunk(id);
    await simulator.waitFor(({ counts }) => counts.submit === 1);

    const processing = { kind: 'outcome', status: 'processing' } as const;
    simulator.faults.add({ operation: 'submit', effect: processing, times: 1 });
    this.unanswered = await this.addAndHold('beforeSubmitResponse');
    this.unansweredTranscriptId = simulator.ledger.submits.at(-1)?.transcriptId ?? '';

    await this.addAndHold('beforeGetResponse');
    await this.addAndHold('beforeCorrectionResponse');

    const other = await settleChunk(api);
    this.otherConversationId = other.conversationId;
    const summary = this.hold('beforeSummaryResponse');
    await api.finish(other.conversationId);
    await summary.reached;

    this.inFlight = await chunkInFlight(this.world, id);
  }

  /**
   * Kills and restarts the service. Meanwhile the provider goes on, and the leases end, as they
   * would half a minute later.
   */
  async killAndStartAgain(): Promise<void> {
    const { simulator, database } = this.world;
    await this.process.stop('SIGKILL');
    simulator.faults.clear();
    for (const gate of this.gates) gate.open();
    await simulator.assemblyai.finish(this.unansweredTranscriptId);
    await simulator.assemblyai.finish(this.inFlight.transcriptId ?? '');
    await letLeasesEnd(database.url);
    this.process = await ServiceProcess.start(this.world.env());
    await this.world.api.finish(this.conversationId);
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGKILL');
    await this.world.stop();
  }

  private async addAndHold(hook: keyof SimulatorHooks): Promise<ChunkResponse> {
    const gate = this.hold(hook);
    const chunk = await this.world.api.addChunk(this.conversationId);
    await gate.reached;
    return chunk;
  }

  private hold(hook: keyof SimulatorHooks): Gate {
    const gate = holdNext(this.world, hook);
    this.gates.push(gate);
    return gate;
  }
}

describe('a service that is killed with a chunk at each step of its processing', () => {
  const services = new Map<Strategy, KilledService>();

  /**
   * Runs both strategies at once, as most of the time is spent waiting for the locks of the killed
   * workers to end.
   */
  beforeAll(async () => {
    await Promise.all(
      STRATEGIES.map(async (strategy) => {
        const service = await KilledService.start(strategy);
        services.set(strategy, service);
        await service.bringChunksToEveryStep();
        await service.killAndStartAgain();
      }),
    );
  }, TAKE_OVER_MS);

  afterAll(async () => {
    await Promise.all([...services.values()].map((service) => service.stop()));
  });

  const killed = (strategy: Strategy): KilledService => {
    const service = services.get(strategy);
    if (service === undefined) throw new Error(`there is no service with the ${strategy} strategy`);
    return service;
  };

  it.each(STRATEGIES)(
    'completes every chunk, and its conversation, with the %s strategy',
    async (strategy) => {
      const { world, conversationId } = killed(strategy);
      const conversation = await world.api.summarizedConversation(conversationId, TAKE_OVER_MS);

      expect(conversation.chunks).toEqual({ total: CHUNKS, pending: 0, completed: CHUNKS, failed: 0 });
      const texts = conversation.transcript?.split('\n\n') ?? [];
      expect(texts).toHaveLength(CHUNKS);
      expect(new Set(texts).size).toBe(CHUNKS);
      expect(texts.every((text) => text.endsWith('(corrected)'))).toBe(true);
    },
    TAKE_OVER_MS,
  );

  it.each(STRATEGIES)('completes the summary that was under way, with the %s strategy', async (strategy) => {
    const { world, otherConversationId } = killed(strategy);
    const conversation = await world.api.summarizedConversation(otherConversationId, TAKE_OVER_MS);

    expect(conversation.status).toBe('finalized');
  });

  it.each(STRATEGIES)('pays for each transcript once, with the %s strategy', async (strategy) => {
    const { world, unanswered, unansweredTranscriptId, conversationId } = killed(strategy);
    const { ledger } = world.simulator;

    // The other conversation has one more chunk, and one submit was lost and sent again.
    expect(ledger.billed).toBe(CHUNKS + 1);
    expect(ledger.counts.submit).toBe(CHUNKS + 2);
    expect((await world.api.chunk(unanswered.id)).transcriptId).toBe(unansweredTranscriptId);
    expect(await submissionCounts(world.database.url, conversationId)).toEqual({
      completed: CHUNKS,
      abandoned: 1,
    });
  });

  it.each(STRATEGIES)('repeats only interrupted requests, with the %s strategy', (strategy) => {
    const { counts } = killed(strategy).world.simulator.ledger;

    expect(counts).toMatchObject({ correct: CHUNKS + 2, summarize: 3 });
  });
});
