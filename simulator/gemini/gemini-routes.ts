import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Answer, Exchanger } from '../exchange.js';
import type { EffectSet, FaultBoard } from '../faults.js';
import type { SimulatorHooks } from '../hooks.js';
import { acceptJson } from '../json-body.js';
import type { Ledger, ModelRecord } from '../ledger.js';
import type { Lifetime } from '../lifetime.js';
import type { KnownSamples } from '../samples.js';
import type { SeededRandom } from '../seeded-random.js';
import { drawLatencyMs, type SimulatorSettings } from '../settings.js';
import { invalidKey, missingKey, missingToken, noContents, tooLarge, unknownModel } from './google-error.js';
import { servedModel } from './known-models.js';
import { modelAnswer } from './model-answer.js';
import { listModels, type ModelListShape } from './model-list.js';
import { type ModelRequest, readModelRequest } from './model-request.js';
import { doModelWork, type ModelSpeech } from './model-work.js';
import { abilityProblem, shapeProblem } from './request-rules.js';

export interface GeminiTools {
  readonly settings: SimulatorSettings;
  readonly random: SeededRandom;
  readonly lifetime: Lifetime;
  readonly faults: FaultBoard;
  readonly hooks: SimulatorHooks;
  readonly ledger: Ledger;
  readonly exchanger: Exchanger;
  readonly samples: KnownSamples;
}

/** Limits of prompt and recording together (Developer API: 20 MB; Vertex AI allows far more). */
const MAX_DEVELOPER_REQUEST_BYTES = 20 * 1024 * 1024;
const MAX_VERTEX_REQUEST_BYTES = 256 * 1024 * 1024;

const BODY_TOO_LARGE = 'FST_ERR_CTP_BODY_TOO_LARGE';

interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly model: string;
  /** Answer to invalid credentials or an invalid body; null when both are valid. */
  readonly refusal: Answer | null;
}

const DEVELOPER_PATHS = ['/v1beta/models', '/v1/models', '/v1alpha/models'];
const VERTEX_PATHS = ['/v1', '/v1beta1'].map(
  (version) => `${version}/projects/:project/locations/:location/publishers/google/models`,
);

const VERTEX_LIST_PATHS = ['/v1', '/v1beta1'].map((version) => `${version}/publishers/google/models`);

interface Side {
  readonly shape: ModelListShape;
  readonly listPaths: readonly string[];
  readonly paths: readonly string[];
  readonly maxBytes: number;
  /**
   * Whether `store` exists. Not on Vertex AI: https://ai.google.dev/gemini-api/docs/logs-datasets
   */
  readonly takesStore: boolean;
  readonly refusalOf: (request: FastifyRequest) => Answer | null;
}

const DEVELOPER: Side = {
  shape: 'developer',
  listPaths: DEVELOPER_PATHS,
  paths: DEVELOPER_PATHS,
  maxBytes: MAX_DEVELOPER_REQUEST_BYTES,
  takesStore: true,
  refusalOf: keyRefusal,
};
const VERTEX: Side = {
  shape: 'vertex',
  listPaths: VERTEX_LIST_PATHS,
  paths: VERTEX_PATHS,
  maxBytes: MAX_VERTEX_REQUEST_BYTES,
  takesStore: false,
  refusalOf: tokenRefusal,
};

/**
 * Registers generateContent and the list of models, under the paths of the Gemini Developer API
 * (API key) and of Vertex AI (OAuth token).
 */
export function geminiRoutes(app: FastifyInstance, tools: GeminiTools): void {
  for (const side of [DEVELOPER, VERTEX]) {
    app.register((scope, _options, done) => {
      prepare(scope, side.maxBytes);
      generateRoutes(scope, { tools, side });
      listRoutes(scope, { tools, side });
      done();
    });
  }
}

function generateRoutes(scope: FastifyInstance, { tools, side }: { tools: GeminiTools; side: Side }): void {
  const { paths, maxBytes, refusalOf } = side;
  for (const path of paths) {
    // The router cannot end a parameter at a colon, so the method is cut off here.
    scope.post<{ Params: { call: string } }>(`${path}/:call`, { bodyLimit: maxBytes }, (request, reply) => {
      const model = /^(.+):generateContent$/.exec(request.params.call)?.[1];
      if (model === undefined) {
        return reply.code(404).send(unknownModel(request.params.call).body);
      }
      const refusal = refusalOf(request) ?? shapeProblem(request.body, side);
      return generate(tools, { request, reply, model, refusal });
    });
  }
}

function listRoutes(scope: FastifyInstance, { tools, side }: { tools: GeminiTools; side: Side }): void {
  const { listPaths, refusalOf, shape } = side;
  for (const path of listPaths) {
    scope.get(path, (request, reply) => {
      const refusal = refusalOf(request);
      return refusal === null
        ? listModels({ request, reply }, { shape, settings: tools.settings })
        : reply.code(refusal.status).send(refusal.body);
    });
  }
}

function prepare(scope: FastifyInstance, maxBytes: number): void {
  acceptJson(scope);
  scope.setErrorHandler<Error & { code?: string }>(async (error, _request, reply) => {
    if (error.code !== BODY_TOO_LARGE) {
      throw error;
    }
    const answer = tooLarge(maxBytes);
    return reply.code(answer.status).send(answer.body);
  });
}

function keyRefusal(request: FastifyRequest): Answer | null {
  const { key } = request.query as { key?: string };
  const given = request.headers['x-goog-api-key'] ?? key ?? '';
  if (given === '') {
    return missingKey();
  }
  return given === 'invalid' ? invalidKey() : null;
}

function tokenRefusal({ headers }: FastifyRequest): Answer | null {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  return token === undefined || token === 'invalid' ? missingToken() : null;
}

async function generate(tools: GeminiTools, call: Call): Promise<FastifyReply> {
  const { request, reply, model, refusal } = call;
  const asked = readModelRequest(request.body);
  const speech = asked === undefined ? null : await doModelWork(asked, tools.samples);
  const record = recordOf(call, asked, speech);
  const operation = asked?.kind ?? 'summarize';
  tools.ledger[operation](record);
  const effects = tools.faults.take(operation, { model, prompt: record.prompt });
  return tools.exchanger.serve({
    request,
    reply,
    record,
    effects,
    work: () =>
      asked === undefined || speech === null || refusal !== null
        ? (refusal ?? noContents())
        : answer(tools, { asked, speech, record, effects }),
  });
}

async function answer(
  { settings, random, lifetime, hooks }: GeminiTools,
  work: { asked: ModelRequest; speech: ModelSpeech; record: ModelRecord; effects: EffectSet },
): Promise<Answer> {
  const { asked, speech, record, effects } = work;
  const model = servedModel(record.model, settings.retiredModels);
  if (model === undefined) {
    return unknownModel(record.model);
  }
  const problem = abilityProblem(model, asked, settings);
  if (problem !== null) {
    return problem;
  }
  await lifetime.sleep(drawLatencyMs(settings.geminiLatencyMs, random));
  const { body, finishReason } = modelAnswer(asked, { text: speech.text, model, effects });
  record.finishReason = finishReason;
  await (asked.kind === 'summarize'
    ? hooks.beforeSummaryResponse?.(record)
    : hooks.beforeCorrectionResponse?.(record));
  return { status: 200, body };
}

/** Ledger values of a request without contents. */
const EMPTY_REQUEST: Omit<ModelRequest, 'kind' | 'wantsJson'> = {
  prompt: '',
  audio: 'none',
  audioBytes: 0,
  recordings: [],
  audioSha256: [],
  redaction: false,
  temperature: null,
  thinkingLevel: null,
  thinkingBudget: null,
  maxOutputTokens: null,
  store: null,
};

function recordOf(
  { request, model }: Call,
  asked: ModelRequest | undefined,
  speech: ModelSpeech | null,
): ModelRecord {
  const read = asked ?? EMPTY_REQUEST;
  return {
    time: Date.now(),
    status: null,
    fault: null,
    model,
    prompt: read.prompt,
    audio: read.audio,
    audioBytes: read.audioBytes,
    audioSha256: read.audioSha256[0] ?? null,
    audioMimeType: read.recordings[0]?.mimeType ?? null,
    audioSeconds: speech?.sound.seconds ?? null,
    audioSamples: speech?.sound.samples.map(({ file }) => file) ?? [],
    sample: speech?.spoken.length === 1 ? (speech.spoken[0]?.file ?? null) : null,
    redaction: read.redaction,
    temperature: read.temperature,
    thinkingLevel: read.thinkingLevel,
    thinkingBudget: read.thinkingBudget,
    maxOutputTokens: read.maxOutputTokens,
    store: read.store,
    host: (request.headers.host ?? '').toLowerCase(),
    path: new URL(request.url, 'http://simulator').pathname,
    finishReason: null,
  };
}
