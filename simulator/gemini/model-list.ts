import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../exchange.js';
import { invalidArgument } from './google-error.js';
import { INPUT_TOKEN_LIMIT, type KnownModel, servedModels } from './known-models.js';

/** https://ai.google.dev/api/models#method:-models.list */
const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/** The API in whose shape the list of models is returned. */
export type ModelListShape = 'developer' | 'vertex';

/** Lists the models that are not retired; a page token is the index of its first model. */
export function listModels(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { shape, retired }: { shape: ModelListShape; retired: readonly string[] },
): FastifyReply {
  const { status, body } = page(request.query as PageQuery, { shape, models: servedModels(retired) });
  return reply.code(status).send(body);
}

interface PageQuery {
  readonly pageSize?: string;
  readonly pageToken?: string;
}

function page(
  { pageSize, pageToken = '0' }: PageQuery,
  { shape, models }: { shape: ModelListShape; models: readonly KnownModel[] },
): Answer {
  const size = Math.min(Number(pageSize ?? DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
  const start = Number(pageToken);
  if (!Number.isInteger(size) || size < 1 || !Number.isInteger(start) || start < 0) {
    return invalidArgument('Request contains an invalid argument.');
  }
  const end = start + size;
  const more = end < models.length ? { nextPageToken: String(end) } : {};
  const entries = models.slice(start, end).map(ENTRY_OF[shape]);
  return { status: 200, body: { [LIST_NAME[shape]]: entries, ...more } };
}

const LIST_NAME: Record<ModelListShape, string> = { developer: 'models', vertex: 'publisherModels' };

const ENTRY_OF: Record<ModelListShape, (model: KnownModel) => object> = {
  developer: ({ id, displayName, maxOutputTokens }) => ({
    name: `models/${id}`,
    displayName,
    inputTokenLimit: INPUT_TOKEN_LIMIT,
    outputTokenLimit: maxOutputTokens,
    supportedGenerationMethods: ['generateContent'],
  }),
  vertex: ({ id }) => ({ name: `publishers/google/models/${id}` }),
};
