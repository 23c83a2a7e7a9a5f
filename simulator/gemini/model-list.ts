import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../exchange.js';
import { invalidArgument } from './google-error.js';
import type { SimulatorSettings } from '../settings.js';
import { type KnownModel, servedModels } from './known-models.js';

/** https://ai.google.dev/api/models#method:-models.list */
const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/** The API in whose shape the list of models is returned. */
export type ModelListShape = 'developer' | 'vertex';

/** Lists the models that are not retired; a page token is the index of its first model. */
export function listModels(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { shape, settings }: { shape: ModelListShape; settings: SimulatorSettings },
): FastifyReply {
  const { retiredModels, inputTokenLimit } = settings;
  const models = servedModels(retiredModels);
  const { status, body } = page(request.query as PageQuery, { shape, models, inputTokenLimit });
  return reply.code(status).send(body);
}

interface PageQuery {
  readonly pageSize?: string;
  readonly pageToken?: string;
}

function page(
  { pageSize, pageToken = '0' }: PageQuery,
  list: { shape: ModelListShape; models: readonly KnownModel[]; inputTokenLimit: number },
): Answer {
  const { shape, models, inputTokenLimit } = list;
  const size = Math.min(Number(pageSize ?? DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
  const start = Number(pageToken);
  if (!Number.isInteger(size) || size < 1 || !Number.isInteger(start) || start < 0) {
    return invalidArgument('Request contains an invalid argument.');
  }
  const end = start + size;
  const more = end < models.length ? { nextPageToken: String(end) } : {};
  const entries = models.slice(start, end).map((model) => ENTRY_OF[shape](model, inputTokenLimit));
  return { status: 200, body: { [LIST_NAME[shape]]: entries, ...more } };
}

const LIST_NAME: Record<ModelListShape, string> = { developer: 'models', vertex: 'publisherModels' };

const ENTRY_OF: Record<ModelListShape, (model: KnownModel, inputTokenLimit: number) => object> = {
  developer: ({ id, displayName, maxOutputTokens }, inputTokenLimit) => ({
    name: `models/${id}`,
    displayName,
    inputTokenLimit,
    outputTokenLimit: maxOutputTokens,
    supportedGenerationMethods: ['generateContent'],
  }),
  vertex: ({ id }) => ({ name: `publishers/google/models/${id}` }),
};
