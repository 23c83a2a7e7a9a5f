// The mutants of npm run mutants. Each breaks one rule by changing a text that must occur exactly
// once.

const CHUNKS = 'src/chunks/chunk-transitions.ts';
const RESTART = 'src/chunks/restart.ts';
const SUBMISSIONS = 'src/chunks/submissions.repository.ts';
const CHECKER = 'src/transcription/checker.ts';
const FINALIZATION = 'src/conversations/finalization.repository.ts';
const SEARCH = 'src/transcription/lost-submit-search.ts';
const CORRECTOR = 'src/correction/chunk-corrector.ts';
const CALLBACKS = 'src/chunks/statements/record-callbacks.ts';
const OWED_CHUNKS = 'src/chunks/owed-chunks.ts';
const SETTLE_WINDOWS = 'src/chunks/statements/settle-windows.ts';
const WINDOWS = 'src/chunks/windows/windows.repository.ts';

const SETTLED = `await this.settlement.settled(task.conversationId, task.chunkId);`;

/**
 * - `engines`: the engines on which the mutant can be detected, by default all.
 * - `suite`: the scenarios that are to detect it, `chunks` by default, or `windows`.
 */
export const MUTANTS = [
  // Conditional updates.
  {
    name: 'a chunk is completed in any state',
    file: SETTLE_WINDOWS,
    changes: [
      [` and locked.status is not distinct from 'correcting'`, ''],
      [`pending.count = 0 and batch.round = 1`, `batch.windows = 1`],
      [`where w.status = 'pending'\n    returning w.chunk_id`, `returning w.chunk_id`],
    ],
  },
  {
    name: 'a chunk fails in any state',
    file: CHUNKS,
    changes: [[`.where('status', 'in', [...UNSETTLED_CHUNK_STATUSES])`, '']],
  },
  {
    name: 'a submission ends in any state',
    file: SUBMISSIONS,
    changes: [[`.where('status', 'in', change.from)`, '']],
  },
  {
    name: 'a submission is accepted in any state',
    file: 'src/chunks/statements/accept-submissions.ts',
    changes: [[` and s.status is not distinct from 'created'`, '']],
  },
  {
    name: 'a submission is opened in any state of its chunk',
    file: 'src/chunks/statements/open-submissions.ts',
    changes: [[` and c.attempt = batch.attempt and c.status is not distinct from 'queued'`, '']],
  },
  {
    name: 'a submission is opened while another is open',
    file: 'src/chunks/statements/open-submissions.ts',
    changes: [[`and s.status in ('created', 'submitted') offset 0`, 'and false offset 0']],
  },
  {
    name: 'two submissions that are opened concurrently are not distinguished',
    file: SUBMISSIONS,
    changes: [[`if (isUniqueViolation(error)) return 'busy';`, '']],
  },
  {
    name: 'a chunk is restarted in any state',
    file: RESTART,
    changes: [['UNSETTLED_CHUNK_STATUSES.some((unsettled) => unsettled === status)', 'status === undefined']],
  },
  {
    name: 'a conversation is finished in any state',
    file: 'src/conversations/conversations.repository.ts',
    changes: [[`.where('id', '=', id)\n      .where('status', '=', 'open')`, `.where('id', '=', id)`]],
  },
  {
    name: 'a callback of a settled submission is accepted',
    file: CALLBACKS,
    changes: [
      [`and (s.status is not distinct from 'created' or s.status is not distinct from 'submitted')`, ''],
    ],
  },
  {
    name: 'a summary of an older merge is stored',
    file: FINALIZATION,
    changes: [
      [
        `.where('summary_status', '=', 'pending')\n      .where('merge_revision', '=', mergeRevision)`,
        `.where('summary_status', '=', 'pending')`,
      ],
    ],
  },

  // The five rules.
  {
    name: 'K1: a callback is not counted',
    file: CALLBACKS,
    changes: [['s.callbacks + batch.count', 's.callbacks']],
  },
  {
    name: 'K1: a callback wakes no check',
    file: 'src/webhooks/callback-receiver.ts',
    changes: [[`this.queues.wake('check', { submissionId })`, 'Promise.resolve()']],
  },
  {
    name: 'K2: no second check after falling asleep',
    file: CHECKER,
    changes: [[`return { kind: 'sleep', delayMs, wakeIf };`, `return { kind: 'sleep', delayMs };`]],
  },
  {
    name: 'K3: a lost update ends the check',
    file: 'src/transcription/retry-on-race.ts',
    changes: [[`happened ? { kind: 'done', note } : 'again'`, `{ kind: 'done', note }`]],
  },
  {
    name: 'K4: the lease is not waited for',
    file: CHECKER,
    changes: [
      ['if (task.leaseMs > 0 && task.error === null)', 'if (false)'],
      ['if (task.leaseMs > 0) return', 'if (false) return'],
    ],
  },
  {
    name: 'K5: lost checks are not restored',
    file: OWED_CHUNKS,
    changes: [[`this.owed.register('check', (after) => this.checks(after));`, '']],
  },
  {
    name: 'K5: lost corrections are not restored',
    file: OWED_CHUNKS,
    changes: [['(after) => this.corrections(after)', '() => Promise.resolve([])']],
  },

  // Paid once, and for the right recording.
  {
    name: 'no search before the resubmit',
    file: CHECKER,
    changes: [['await this.search.find(task)', 'await Promise.resolve(undefined)']],
  },
  {
    name: 'a missing answer counts as a no',
    file: 'src/transcription/submitter.ts',
    changes: [['if (error.ambiguous)', 'if (false)']],
  },
  {
    name: 'any transcript of the same URL is adopted',
    file: SEARCH,
    changes: [
      [
        'return submissionIdOf(transcript.webhook_url) === task.submissionId;',
        'return transcript.id === transcriptId;',
      ],
    ],
  },
  {
    name: "another submission's transcript is adopted",
    file: SEARCH,
    changes: [['if (await this.checks.isKnownTranscript(transcriptId)) return false;', '']],
  },
  {
    name: "a callback's claim is not verified",
    file: CHECKER,
    changes: [
      ['if (submissionIdOf(transcript?.webhook_url) !== task.submissionId)', 'if (transcript === undefined)'],
    ],
  },
  {
    name: 'sent before it is recorded',
    file: 'src/transcription/submitter.ts',
    changes: [
      [
        `const opened = await this.admission.open(`,
        `const sentId = await this.sender.send(task, ref, audioUrl);
    const opened = await this.admission.open(`,
      ],
      [`transcriptId = await this.sender.send(task, ref, audioUrl);`, `transcriptId = sentId;`],
      [`return this.send(task, ref, audioUrl);`, `return this.send(task, ref, audioUrl, sentId);`],
      [
        `private async send(task: SubmitTask, ref: SubmissionRef, audioUrl: string)`,
        `private async send(task: SubmitTask, ref: SubmissionRef, audioUrl: string, sentId: string | undefined)`,
      ],
    ],
  },

  // Texts, settling, finalization.
  {
    name: 'settled before the text is saved',
    file: CORRECTOR,
    changes: [
      [
        'const ending = await this.store(task, result);',
        'await this.settlement.settled(task.conversationId, task.chunkId);\n      const ending = await this.store(task, result);',
      ],
      [`if (task.status !== 'queued' && task.status !== 'transcribing') {\n      ${SETTLED}\n    }`, ''],
    ],
  },
  {
    name: 'the first-stage text is not saved',
    file: 'src/chunks/statements/record-texts.ts',
    changes: [
      [
        `status = 'correcting', transcript = case when c.edited_at is null then batch.transcript else c.transcript end,`,
        `status = 'correcting',`,
      ],
    ],
  },
  {
    name: 'a correction that fails loses the text',
    file: CORRECTOR,
    changes: [[`text: task.transcript,`, `text: null,`]],
  },
  {
    name: 'the text of an anonymized chunk is saved',
    file: 'src/transcription/first-stage-text.ts',
    changes: [['if (privacy.anonymize) {\n    const audioSeconds', 'if (false) {\n    const audioSeconds']],
  },
  {
    name: 'finalized without a search for unsettled chunks',
    file: FINALIZATION,
    changes: [[`if (unsettled !== undefined) return 'not_due';`, '']],
  },
  {
    name: 'finalized without locking the conversation',
    file: FINALIZATION,
    changes: [
      [`.where('id', '=', conversationId)\n        .forNoKeyUpdate()`, `.where('id', '=', conversationId)`],
    ],
  },
  {
    name: 'finalized again each time',
    file: FINALIZATION,
    changes: [['merge_needed: false,', '']],
  },
  {
    name: 'a restart requires no new merge',
    file: RESTART,
    changes: [['.set({ merge_needed: true, ...', '.set({ merge_needed: sql<boolean>`merge_needed`, ...']],
  },

  // Coordination.
  {
    name: 'a refused chunk stays pending',
    file: 'src/chunks/submission-outcomes.ts',
    changes: [[`else await this.settled(owner);`, '']],
  },
  {
    name: 'callback metadata is not removed',
    file: 'src/chunks/submission-outcomes.ts',
    changes: [['if (transcriptId === undefined || transcriptId === null) return;', 'return;']],
  },
  {
    name: 'two settlements do not wait for each other',
    file: 'src/coordination/postgres-coordination.ts',
    engines: ['postgres'],
    changes: [
      [
        `await sql\`select pg_advisory_xact_lock(hashtextextended(\${\`pending:\${conversationId}\`}, 0))\`.execute(
        trx,
      );
      await trx
        .deleteFrom('coordination_pending_chunks')
        .where('conversation_id', '=', conversationId)
        .where('chunk_id', '=', chunkId)`,
        `await trx
        .deleteFrom('coordination_pending_chunks')
        .where('conversation_id', '=', conversationId)
        .where('chunk_id', '=', chunkId)`,
      ],
    ],
  },
  {
    name: 'the list of pending conversations only grows',
    file: 'src/coordination/redis-coordination.ts',
    engines: ['redis'],
    changes: [
      [`if remaining == 0 then redis.call('SREM', KEYS[2], ARGV[2]) end`, ''],
      [
        'await transaction.srem(this.keys.pendingConversations, conversationId).exec()',
        'await transaction.exec()',
      ],
    ],
  },

  // Windows: each once, in order, of the present round and submission.
  ...[
    {
      name: 'a window is lost: only the first one is corrected',
      file: 'src/chunks/submission-outcomes.ts',
      changes: [['windows.map((_window, window)', 'windows.slice(0, 1).map((_window, window)']],
    },
    {
      name: 'a window is lost when it is corrected again: only the first one is',
      file: WINDOWS,
      changes: [['return pending.map(', 'return pending.slice(0, 1).map(']],
    },
    {
      name: 'K5: lost windows are not restored, except the first one',
      file: OWED_CHUNKS,
      changes: [['...(ordinal !== null && round !== null && { window: ordinal, round }),', '']],
    },
    {
      name: 'a window that is not the last one completes the chunk',
      file: WINDOWS,
      changes: [[`others.every(({ status }) => status !== 'pending')`, `others.length > 0`]],
    },
    {
      name: 'two windows that settle at once do not wait for each other',
      file: WINDOWS,
      changes: [['await lockChunk(trx, window);', '']],
    },
    {
      name: 'a window is settled twice',
      file: SETTLE_WINDOWS,
      changes: [
        ['      and (pending.own = 1 or pending.count = 0 and batch.round = 1)\n', ''],
        [`where w.status = 'pending'\n    returning w.chunk_id`, `returning w.chunk_id`],
      ],
    },
    {
      name: 'a window that has settled is asked for again',
      file: CORRECTOR,
      changes: [['if (!task.window.isOwed) return DONE;', '']],
    },
    {
      name: 'the first window is corrected in place of each',
      file: 'src/correction/corrections.repository.ts',
      changes: [['transcript: own?.text ?? null', 'transcript: windows[0]?.text ?? null']],
    },
    {
      name: 'the texts of windows are joined out of order',
      file: CORRECTOR,
      changes: [['one.ordinal - other.ordinal', 'other.ordinal - one.ordinal']],
    },
    {
      name: "the result of another submission's window is stored",
      file: SETTLE_WINDOWS,
      changes: [['where locked.submission_id = batch.id and', 'where']],
    },
    {
      name: "the result of another round's window is stored",
      file: SETTLE_WINDOWS,
      changes: [[' and w.round = batch.round)', ')']],
    },
    {
      name: 'a window that is corrected again stays in its round',
      file: 'src/chunks/windows/redact-windows.ts',
      changes: [['round: sql<number>`round + 1`', 'round: sql<number>`round`']],
    },
    {
      name: 'the result of a window is stored unredacted',
      file: SETTLE_WINDOWS,
      changes: [
        ['and (batch.is_redacted or not (coalesce(locked.redact_pii, v.redact_pii) or v.anonymize))', ''],
      ],
    },
    {
      name: 'windows are not redacted when redaction is turned on',
      file: RESTART,
      changes: [['isCorrecting ? await redactWindows(trx, { chunkId, submissionId }) : []', '[]']],
    },
    {
      name: 'a window that is corrected again requires no new merge',
      file: 'src/chunks/windows/correct-again.ts',
      changes: [['.set({ merge_needed: true })', '.set({ merge_needed: sql<boolean>`merge_needed` })']],
    },
    {
      name: 'the tokens of a window that is not the last one are not counted',
      file: SETTLE_WINDOWS,
      changes: [
        [
          'update chunks as c set input_tokens = c.input_tokens + batch.input_tokens, output_tokens = c.output_tokens + batch.output_tokens',
          'update chunks as c set input_tokens = c.input_tokens',
        ],
      ],
    },
    {
      name: 'the tokens of a window that came too late are not counted',
      file: CORRECTOR,
      changes: [[`if (ending === 'stale' && used !== undefined) await`, 'if (false) await']],
    },
  ].map((mutant) => ({ ...mutant, suite: 'windows' })),
];
