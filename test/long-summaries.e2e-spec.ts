import { describe, expect, it } from 'vitest';
import {
  finishedConversation,
  requestsForParts,
  sentencesOf,
  speech,
  storedParts,
  WITHOUT_CORRECTION,
} from './support/long-conversation.js';
import { Gate } from './support/gate.js';
import { ServiceProcess, SHORT_JOB_LOCK_MS } from './support/service-process.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

const TEN_HOURS = 600;
const TWO_HOURS = 120;
/** A part of twenty minutes has some 5,000 tokens, and ten hours have 140,000. */
const FEW_TOKENS = 10_000;
/** Running jobs of a killed worker are taken over once their locks have ended: 9 s. */
const TAKE_OVER_MS = 60_000;

describe('a conversation of ten hours', () => {
  const world = sharedWorld(() =>
    World.start({ env: WITHOUT_CORRECTION, simulator: { inputTokenLimit: FEW_TOKENS } }),
  );

  it('is summarized in parts and then as a whole, each request within the limit of the model', async () => {
    const sentences = speech(TEN_HOURS);
    const { conversationId } = await finishedConversation(world(), sentences);
    const { summary, summaryError } = await world().api.summarizedConversation(conversationId);

    const { summaries } = world().simulator.ledger;
    expect(summaries.map(({ status }) => status)).toEqual(summaries.map(() => 200));
    const parts = requestsForParts(summaries);
    expect(parts.length).toBeGreaterThan(20);
    expect(summaries.length).toBe(parts.length + 1);
    expect(sentencesOf(parts)).toEqual(sentences);
    expect(summaries.at(-1)?.prompt.match(/<part_summary>\n/g)).toHaveLength(parts.length);
    expect(summary).toBe(
      `The conversation opens with “${String(sentences[0]).slice(0, -1)}”. It closes with “${String(sentences.at(-1)).slice(0, -1)}”.`,
    );
    expect(summaryError).toBeNull();
    expect(await storedParts(world())).toBe(0);
  });
});

describe('a service that is killed while a long conversation is summarized', () => {
  it('repeats the request under way, and no other', async () => {
    const world = await World.start({ env: { ...WITHOUT_CORRECTION, JOB_LOCK_MS: SHORT_JOB_LOCK_MS } });
    await world.stopService();
    let service = await ServiceProcess.start(world.env());
    try {
      const gate = new Gate();
      const { simulator, api } = world;
      simulator.hooks.beforeSummaryResponse = () =>
        simulator.ledger.summaries.length === 4 ? gate.pass() : undefined;
      const sentences = speech(TWO_HOURS);
      const { conversationId } = await finishedConversation(world, sentences);
      await gate.reached;

      await service.stop('SIGKILL');
      simulator.hooks.beforeSummaryResponse = undefined;
      gate.open();
      service = await ServiceProcess.start(world.env());
      await api.summarizedConversation(conversationId, TAKE_OVER_MS);

      const parts = requestsForParts(simulator.ledger.summaries);
      expect(parts[4]?.prompt).toBe(parts[3]?.prompt);
      expect(sentencesOf(parts.toSpliced(4, 1))).toEqual(sentences);
      expect(simulator.ledger.summaries).toHaveLength(parts.length + 1);
      expect(await storedParts(world)).toBe(0);
    } finally {
      await service.stop('SIGKILL');
      await world.stop();
    }
  });
});
