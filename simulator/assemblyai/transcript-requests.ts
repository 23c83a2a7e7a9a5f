import type { FastifyReply } from 'fastify';
import type { Answer } from '../exchange.js';
import type { FaultSubject } from '../fault-types.js';
import { fieldsOf } from '../fields.js';
import type { TranscriptRequestRecord } from '../ledger.js';
import type { AssemblyAiTools } from './assemblyai-tools.js';
import { badRequest, type ProviderRequest } from './provider-request.js';
import { listItem, type Transcript, transcriptBody } from './transcript.js';
import type { ListFilter } from './transcript-store.js';

type RequestOfOne = ProviderRequest & { readonly id: string };

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 200;

/** Handles GET /v2/transcript/:id: answers 200 also for jobs that failed. */
export function getTranscript(tools: AssemblyAiTools, asked: RequestOfOne): Promise<FastifyReply> {
  const { id, request, reply, refusal } = asked;
  const found = tools.store.find(id);
  return tools.exchanger.serve({
    request,
    reply,
    record: tools.ledger.get(recordOf(id, found)),
    effects: tools.faults.take('get', subjectOf(id, found)),
    work: async () => {
      if (refusal !== null || found === undefined) {
        return refusal ?? unknownId(tools);
      }
      await tools.hooks.beforeGetResponse?.(found);
      return { status: 200, body: transcriptBody(found) };
    },
  });
}

/** Handles DELETE /v2/transcript/:id: the emptied object stays, with status `completed`. */
export function deleteTranscript(tools: AssemblyAiTools, asked: RequestOfOne): Promise<FastifyReply> {
  const { id, request, reply, refusal } = asked;
  const found = tools.store.find(id);
  return tools.exchanger.serve({
    request,
    reply,
    record: tools.ledger.delete(recordOf(id, found)),
    effects: tools.faults.take('delete', subjectOf(id, found)),
    work: () => {
      if (refusal !== null || found === undefined) {
        return refusal ?? unknownId(tools);
      }
      empty(tools, found);
      return { status: 200, body: transcriptBody(found) };
    },
  });
}

function empty({ jobs, uploads }: AssemblyAiTools, transcript: Transcript): void {
  transcript.deleted = true;
  transcript.status = 'completed';
  transcript.heard = null;
  transcript.endedAt ??= Date.now();
  uploads.delete(transcript.params.audioUrl);
  jobs.release(transcript);
}

/** Handles GET /v2/transcript: newest first, in pages. */
export function listTranscripts(tools: AssemblyAiTools, asked: ProviderRequest): Promise<FastifyReply> {
  const { request, reply, refusal } = asked;
  const query = new URL(request.url, 'http://simulator').search;
  return tools.exchanger.serve({
    request,
    reply,
    record: tools.ledger.list({ time: Date.now(), status: null, fault: null, query }),
    effects: tools.faults.take('list', {}),
    work: async () => {
      if (refusal !== null) {
        return refusal;
      }
      await tools.hooks.beforeListResponse?.(undefined);
      return page(tools, { filter: filterOf(request.query), baseUrl: `http://${request.host}`, query });
    },
  });
}

function page(
  { store }: AssemblyAiTools,
  { filter, baseUrl, query }: { filter: ListFilter; baseUrl: string; query: string },
): Answer {
  if (!Number.isInteger(filter.limit) || filter.limit < 1 || filter.limit > MAX_LIMIT) {
    return badRequest(`"limit" must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  const transcripts = store.page(filter);
  if (transcripts === undefined) {
    return badRequest('Transcript lookup error, transcript id not found');
  }
  const url = `${baseUrl}/v2/transcript`;
  const oldest = transcripts.at(-1);
  const newest = transcripts[0];
  return {
    status: 200,
    body: {
      page_details: {
        limit: filter.limit,
        result_count: transcripts.length,
        current_url: `${url}${query}`,
        prev_url: oldest === undefined ? null : pageUrl(url, filter, { before_id: oldest.id }),
        next_url: newest === undefined ? null : pageUrl(url, filter, { after_id: newest.id }),
      },
      transcripts: transcripts.map((transcript) => listItem(transcript, baseUrl)),
    },
  };
}

function pageUrl(
  url: string,
  { limit, status, createdOn }: ListFilter,
  cursor: Record<string, string>,
): string {
  const query = new URLSearchParams({ limit: String(limit), ...cursor });
  if (status !== undefined) {
    query.set('status', status);
  }
  if (createdOn !== undefined) {
    query.set('created_on', createdOn);
  }
  return `${url}?${query.toString()}`;
}

function filterOf(query: unknown): ListFilter {
  const fields = fieldsOf(query);
  // The official SDK sends an empty value for an option that is not set.
  const value = (name: string): string | undefined => {
    const given = fields[name];
    return typeof given === 'string' && given !== '' ? given : undefined;
  };
  return {
    limit: Number(value('limit') ?? DEFAULT_LIMIT),
    status: value('status'),
    createdOn: value('created_on'),
    beforeId: value('before_id'),
    afterId: value('after_id'),
  };
}

function recordOf(id: string, found: Transcript | undefined): TranscriptRequestRecord {
  return {
    time: Date.now(),
    status: null,
    fault: null,
    transcriptId: id,
    submission: found?.submission ?? null,
  };
}

const subjectOf = (id: string, found: Transcript | undefined): FaultSubject => ({
  transcriptId: id,
  submission: found?.submission,
  audioUrl: found?.params.audioUrl,
});

function unknownId({ settings }: AssemblyAiTools): Answer {
  return settings.unknownIdStatus === 400
    ? badRequest('Transcript lookup error, transcript id not found')
    : { status: 404, body: { error: 'Not found' } };
}
