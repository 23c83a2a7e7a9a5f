import { describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import type { ConversationResponse } from '../src/conversations/conversations.dto.js';
import { edited } from './support/edits.js';
import { Gate } from './support/gate.js';
import {
  finishedConversation,
  requestsForParts,
  sentencesOf,
  speech,
  storedParts,
  WITHOUT_CORRECTION,
} from './support/long-conversation.js';
import { query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

/** An hour is three parts and a last request. */
const HOUR = speech(60);
const REQUESTS = 4;
/** Tries of one request. */
const TRIES = 6;

const REFUSED: Effect = { kind: 'blocked', reason: 'PROHIBITED_CONTENT' };

const world = sharedWorld(() => World.start({ env: { ...WITHOUT_CORRECTION, RETRY_BASE_MS: '5' } }));

const requests = () => world().simulator.ledger.summaries;

/** Holds the request of this number, from 1. */
function holdRequest(number: number): Gate {
  const gate = new Gate();
  world().simulator.hooks.beforeSummaryResponse = () =>
    requests().length === number ? gate.pass() : undefined;
  return gate;
}

function failPart(number: number, effect: Effect, options: { times?: number; of?: number } = {}): void {
  const { times, of = 3 } = options;
  const match = { promptContains: `Part ${number} of ${of}\n\n<transcript>` };
  world().simulator.faults.add({ operation: 'summarize', match, effect, times });
}

function settledSummary(id: string): Promise<ConversationResponse> {
  return waitUntil(
    () => world().api.conversation(id),
    ({ summary, summaryError }) => summary !== null || summaryError !== null,
  );
}

/** Counts the jobs of summaries that have ended. */
const jobsDone = () => world().api.metric('ringback_jobs_total', { job: 'summarize', outcome: 'completed' });

async function jobDoneAfter(before: number): Promise<void> {
  await waitUntil(jobsDone, (count) => count > before);
}

async function rowsOfParts(): Promise<number> {
  const rows = await query<{ count: number }>(
    world().database.url,
    'select count(*)::integer as count from summary_parts',
  );
  return rows[0]?.count ?? 0;
}

describe('a conversation of up to half an hour', () => {
  it('is summarized in one request, and leaves no row', async () => {
    const { conversationId } = await finishedConversation(world(), speech(29));
    await world().api.summarizedConversation(conversationId);
    expect(requests()).toHaveLength(1);
    expect(requests()[0]?.prompt).not.toMatch(/\bParts? \d/);
    expect(await rowsOfParts()).toBe(0);
  });
});

describe('a long conversation', () => {
  it('has its parts stored while they are made, and the tokens of all requests counted', async () => {
    const labels = { model: 'gemini-3.5-flash-lite', direction: 'input' };
    const before = await world().api.metric('ringback_model_tokens_total', labels);
    const gate = holdRequest(REQUESTS);
    const { conversationId } = await finishedConversation(world(), HOUR);
    await gate.reached;
    const rows = await query(
      world().database.url,
      `select level, ordinal, merge_revision as revision, model, input_tokens > 4000 as "hasTokens", summary <> '' as said
       from summary_parts where conversation_id = $1 order by ordinal`,
      [conversationId],
    );
    const common = { level: 0, revision: 1, model: 'gemini-3.5-flash-lite', hasTokens: true, said: true };
    expect(rows).toEqual([0, 1, 2].map((ordinal) => ({ ...common, ordinal })));
    gate.open();
    await world().api.summarizedConversation(conversationId);
    const tokens = requests().reduce((sum, { prompt }) => sum + Math.ceil(prompt.length / 4), 0);
    expect(await world().api.metric('ringback_model_tokens_total', labels)).toBe(before + tokens);
  });

  it('that is merged again in the middle is summarized anew, without the parts of the older merge', async () => {
    const gate = holdRequest(3);
    const chunk = await finishedConversation(world(), HOUR);
    await gate.reached;
    expect(await storedParts(world())).toBe(2);
    const newer = speech(60, 'school');
    await edited(world().api, await world().api.chunk(chunk.id), newer.join(' '));
    expect(await rowsOfParts()).toBe(0);
    gate.open();

    const { summary } = await world().api.summarizedConversation(chunk.conversationId);
    expect(summary).toMatch(/opens with “Sentence 0 of this evening is about the school again”/);
    expect(requests()).toHaveLength(3 + REQUESTS);
    expect(sentencesOf(requestsForParts(requests()).slice(3))).toEqual(newer);
    expect(requests().at(-1)?.prompt).not.toContain('bridge');
    expect(await rowsOfParts()).toBe(0);
  });

  it('that is deleted in the middle leaves no part, also not of the request under way', async () => {
    const done = await jobsDone();
    const gate = holdRequest(3);
    const { conversationId } = await finishedConversation(world(), HOUR);
    await gate.reached;
    await world().api.send('DELETE', `/api/conversations/${conversationId}`, {});
    expect(await rowsOfParts()).toBe(0);
    gate.open();
    await jobDoneAfter(done);
    expect(await rowsOfParts()).toBe(0);
    expect(requests()).toHaveLength(3);
  });

  it('in which redaction is turned on in the middle leaves no part, also not of the request under way', async () => {
    const done = await jobsDone();
    const gate = holdRequest(3);
    const chunk = await finishedConversation(world(), HOUR);
    await gate.reached;
    const kept = { kind: 'outcome', status: 'processing' } as const;
    world().simulator.faults.add({ operation: 'submit', effect: kept });
    const path = `/api/transcription/chunks/${chunk.id}?force=true`;
    const { status } = await world().api.post(path, { redactPii: true });
    expect(status).toBe(202);
    expect(await rowsOfParts()).toBe(0);
    gate.open();
    await jobDoneAfter(done);
    expect(await rowsOfParts()).toBe(0);
    expect(await world().api.conversation(chunk.conversationId)).toMatchObject({ summary: null });
  });

  it('is summarized again on request, part by part', async () => {
    const { conversationId } = await finishedConversation(world(), HOUR);
    const { summary } = await world().api.summarizedConversation(conversationId);
    const gate = holdRequest(2 * REQUESTS);
    const { status } = await world().api.post(`/api/conversations/${conversationId}/summary`);
    expect(status).toBe(202);
    await gate.reached;
    expect(await world().api.conversation(conversationId)).toMatchObject({ summary });
    const done = await jobsDone();
    gate.open();
    await jobDoneAfter(done);
    expect(requests()).toHaveLength(2 * REQUESTS);
    expect(await world().api.conversation(conversationId)).toMatchObject({ summary, summaryError: null });
    expect(await rowsOfParts()).toBe(0);
  });
});

describe('a part that the model refuses', () => {
  it('is left out, which the conversation says', async () => {
    failPart(2, REFUSED);
    const { conversationId } = await finishedConversation(world(), HOUR);
    const { summary, summaryError } = await settledSummary(conversationId);
    expect(summary).toMatch(/opens with “Sentence 0 .* closes with “Sentence 899 /);
    expect(summaryError).toMatch(
      /^Not in this summary, of the 3 parts of the transcript: part 2 \(3\d % to 6\d %\)\. .*PROHIBITED_CONTENT/,
    );
    expect(requests()).toHaveLength(REQUESTS);
    expect(requests().at(-1)?.prompt).toContain('\n\nPart 2 of 3: missing\n\nPart 3 of 3\n<part_summary>\n');
    expect(await rowsOfParts()).toBe(0);
  });

  it('is named in documents, and one summary that is left needs no further request', async () => {
    failPart(2, REFUSED, { of: 2 });
    const { conversationId } = await finishedConversation(world(), speech(35));
    await settledSummary(conversationId);
    expect(requests()).toHaveLength(2);
    const { body } = await world().api.get(`/api/conversations/${conversationId}/transcript?format=md`);
    expect(body).toMatch(
      /## Summary\n\nNot in this summary, of the 2 parts of the transcript: part 2 .*\n\nThe conversation opens with/,
    );
  });

  it('is asked for again with the next summary', async () => {
    failPart(2, REFUSED, { times: 1 });
    const { conversationId } = await finishedConversation(world(), HOUR);
    const { summary, summaryError } = await settledSummary(conversationId);
    const gate = holdRequest(REQUESTS + 1);
    await world().api.post(`/api/conversations/${conversationId}/summary`);
    await gate.reached;
    // The previous summary stays, with what it leaves out.
    expect(await world().api.conversation(conversationId)).toMatchObject({ summary, summaryError });
    gate.open();
    await waitUntil(
      () => world().api.conversation(conversationId),
      ({ summaryError }) => summaryError === null,
    );
    await waitUntil(
      () => Promise.resolve(requests().filter(({ status }) => status === 200).length),
      (count) => count === 2 * REQUESTS,
    );
    expect(requests().at(-1)?.prompt).not.toContain(': missing');
  });

  it('with all others leaves the conversation without a summary', async () => {
    for (const part of [1, 2, 3]) failPart(part, REFUSED);
    const { conversationId } = await finishedConversation(world(), HOUR);
    const { summary, summaryError } = await settledSummary(conversationId);
    expect(summary).toBeNull();
    expect(summaryError).toMatch(/part 1 .* part 2 .* part 3 .*PROHIBITED_CONTENT/);
    expect(requests()).toHaveLength(3);
    expect(await rowsOfParts()).toBe(0);
  });
});

describe('a model that fails', () => {
  it('gets six tries for each part', async () => {
    for (const part of [1, 2, 3]) failPart(part, { kind: 'status', status: 503 }, { times: TRIES - 1 });
    const { conversationId } = await finishedConversation(world(), HOUR);
    const { summaryError } = await world().api.summarizedConversation(conversationId);
    expect(summaryError).toBeNull();
    expect(requests()).toHaveLength(3 * TRIES + 1);
  });

  it('after them leaves no summary, and the parts that are made are used for the next one', async () => {
    failPart(2, { kind: 'status', status: 503 }, { times: TRIES });
    const { conversationId } = await finishedConversation(world(), HOUR);
    const failed = await settledSummary(conversationId);
    expect(failed.summary).toBeNull();
    expect(failed.summaryError).toMatch(/^Part 2 of 3: .*503.* It was tried 6 times\.$/);
    expect(requests()).toHaveLength(1 + TRIES);
    expect([await storedParts(world()), await rowsOfParts()]).toEqual([1, 1]);

    await world().api.post(`/api/conversations/${conversationId}/summary`);
    await world().api.summarizedConversation(conversationId);
    expect(requests()).toHaveLength(1 + TRIES + 3);
    expect(sentencesOf(requestsForParts(requests()).filter(({ status }) => status === 200))).toEqual(HOUR);
    expect(await rowsOfParts()).toBe(0);
  });

  it('is not asked for more parts with a refused key', async () => {
    const refusal: Effect = { kind: 'status', status: 403 };
    failPart(1, refusal);
    const { conversationId } = await finishedConversation(world(), HOUR);
    expect(await settledSummary(conversationId)).toMatchObject({
      summary: null,
      summaryError: expect.stringMatching(/^Part 1 of 3: .*403/) as unknown,
    });
    expect(requests()).toHaveLength(1);
  });
});
