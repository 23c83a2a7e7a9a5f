import { describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { JOB_ATTEMPTS, JOB_KINDS, QUEUE_NAMES, jobId } from './job-catalogue.js';

const ID = uuidv7();

const ALL_IDS = [
  jobId('submit', { chunkId: ID, attempt: 1 }),
  jobId('submit', { chunkId: ID, attempt: 2 }),
  jobId('check', { submissionId: ID }),
  jobId('transcribe', { submissionId: ID }),
  jobId('correct', { chunkId: ID, submissionId: ID }),
  jobId('finalize', { conversationId: ID }),
  jobId('summarize', { conversationId: ID }),
  jobId('deliver', { deliveryId: ID, round: 1 }),
  jobId('deliver', { deliveryId: ID, round: 2 }),
];

describe('the id of a job', () => {
  it('is the same for the same data, and different for different data', () => {
    expect(jobId('submit', { chunkId: ID, attempt: 1 })).toBe(jobId('submit', { chunkId: ID, attempt: 1 }));
    expect(new Set(ALL_IDS).size).toBe(ALL_IDS.length);
  });

  it('of a correction depends on the submission alone', () => {
    expect(jobId('correct', { chunkId: uuidv7(), submissionId: ID })).toBe(
      jobId('correct', { chunkId: ID, submissionId: ID }),
    );
  });

  it.each(ALL_IDS)('has no colon and is not a number, as BullMQ would refuse both: %s', (id) => {
    expect(id).not.toContain(':');
    expect(Number.isNaN(Number(id))).toBe(true);
  });
});

describe('the catalogue of jobs', () => {
  it('gives each kind a queue of its own', () => {
    expect(Object.keys(QUEUE_NAMES).sort()).toEqual([...JOB_KINDS].sort());
    expect(new Set(Object.values(QUEUE_NAMES)).size).toBe(JOB_KINDS.length);
  });

  it('gives each kind enough attempts to survive a broken connection to its store', () => {
    for (const kind of JOB_KINDS) expect(JOB_ATTEMPTS[kind]).toBeGreaterThanOrEqual(5);
  });
});
