import type { FastifyReply } from 'fastify';
import type { Answer } from '../exchange.js';
import type { EffectSet } from '../faults.js';
import { fieldsOf } from '../fields.js';
import type { SubmitRecord } from '../ledger.js';
import type { AssemblyAiTools } from './assemblyai-tools.js';
import { badRequest, type ProviderRequest } from './provider-request.js';
import { parseSubmit, submissionOf, type SubmitParams } from './submit-params.js';
import { type Transcript, transcriptBody } from './transcript.js';

const SECRET_FIELD = 'webhook_auth_header_value';

/** Handles POST /v2/transcript: answers 200 with the whole transcript object, queued. */
export function submitTranscript(tools: AssemblyAiTools, asked: ProviderRequest): Promise<FastifyReply> {
  const { request, reply, refusal } = asked;
  const record = tools.ledger.submit(recordOf(request.body));
  const { audioUrl, submission } = record;
  const effects = tools.faults.take('submit', { audioUrl, submission });
  return tools.exchanger.serve({
    request,
    reply,
    record,
    effects,
    work: () => refusal ?? submit(tools, { body: request.body, record, effects }),
  });
}

function recordOf(body: unknown): SubmitRecord {
  const fields = fieldsOf(body);
  const shown = Object.entries(fields).filter(([name]) => name !== SECRET_FIELD);
  return {
    time: Date.now(),
    status: null,
    fault: null,
    audioUrl: typeof fields.audio_url === 'string' ? fields.audio_url : null,
    submission: submissionOf(fields.webhook_url),
    transcriptId: null,
    body: Object.fromEntries(shown),
  };
}

async function submit(
  tools: AssemblyAiTools,
  { body, record, effects }: { body: unknown; record: SubmitRecord; effects: EffectSet },
): Promise<Answer> {
  const parsed = parseSubmit(body, tools.settings);
  if (!parsed.ok) {
    return badRequest(parsed.error);
  }
  if (tools.uploads.isForeign(parsed.params.audioUrl)) {
    return { status: 403, body: { error: 'Cannot access uploaded file' } };
  }
  const transcript = create(tools, parsed.params, effects);
  record.transcriptId = transcript.id;
  // The answer is decided now: later events, even an early callback, do not change it.
  let answer = transcriptBody(transcript);
  const subject = { ...record, transcriptId: transcript.id };
  if (tools.faults.take('webhook', subject, (kind) => kind === 'early').has('early')) {
    const delivery = await tools.jobs.endNow(transcript);
    await delivery.firstAnswer;
  } else {
    tools.jobs.start(transcript);
    answer = transcriptBody(transcript);
  }
  await tools.hooks.beforeSubmitResponse?.(transcript);
  return { status: 200, body: answer };
}

function create(tools: AssemblyAiTools, params: SubmitParams, effects: EffectSet): Transcript {
  const transcript = tools.store.create(params, effects.find('outcome') ?? null);
  tools.ledger.transcript({
    id: transcript.id,
    submission: transcript.submission,
    audioUrl: params.audioUrl,
    createdAt: transcript.createdAt,
    endedAt: null,
    status: transcript.status,
    billed: true,
    gets: 0,
    deletes: 0,
    webhookAttempts: 0,
    webhooksDropped: 0,
  });
  return transcript;
}
