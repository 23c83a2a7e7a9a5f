import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AudioContent, type Keeping, readAudio } from '../assemblyai/audio-content.js';
import type { SpeechToText } from '../assemblyai/speech-to-text.js';
import { wordsOf } from '../assemblyai/transcript.js';
import type { Answer, Exchanger } from '../exchange.js';
import type { EffectSet, FaultBoard } from '../faults.js';
import type { SimulatorHooks } from '../hooks.js';
import type { Ledger, TranscriptionRecord } from '../ledger.js';
import type { Lifetime } from '../lifetime.js';
import type { SeededRandom } from '../seeded-random.js';
import { drawLatencyMs, type SimulatorSettings } from '../settings.js';

export interface OpenAiTools {
  readonly settings: SimulatorSettings;
  readonly random: SeededRandom;
  readonly lifetime: Lifetime;
  readonly faults: FaultBoard;
  readonly hooks: SimulatorHooks;
  readonly ledger: Ledger;
  readonly exchanger: Exchanger;
  readonly speechToText: SpeechToText;
  readonly acceptsKey: (key: string) => boolean;
}

/** OpenAI's limit for a recording: 25 MB. */
const MAX_AUDIO_BYTES = 26_214_400;
const MS_PER_SECOND = 1_000;
const PLAIN_PATHS = ['/audio/transcriptions', '/v1/audio/transcriptions'];
const AZURE_PATH = '/openai/deployments/:deployment/audio/transcriptions';

/** The parsed form: its texts, and the properties of the recording. */
interface Form {
  readonly fields: ReadonlyMap<string, string>;
  readonly audio: AudioContent | null;
  readonly fileName: string | null;
}

/** Registers OpenAI's POST /audio/transcriptions, and Azure's variant of it. */
export function openAiRoutes(app: FastifyInstance, tools: OpenAiTools): void {
  app.register((scope, _options, done) => {
    scope.register(multipart, { limits: { fileSize: MAX_AUDIO_BYTES + 1 } });
    for (const path of PLAIN_PATHS) {
      scope.post(path, (request, reply) => {
        const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
        return transcribe(tools, { request, reply, deployment: null, apiVersion: null, key });
      });
    }
    scope.post<{ Params: { deployment: string }; Querystring: { 'api-version'?: string } }>(
      AZURE_PATH,
      (request, reply) => {
        const header = request.headers['api-key'];
        return transcribe(tools, {
          request,
          reply,
          deployment: request.params.deployment,
          apiVersion: request.query['api-version'] ?? '',
          key: typeof header === 'string' ? header : '',
        });
      },
    );
    done();
  });
}

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Azure's name for the model; null on OpenAI's paths. */
  readonly deployment: string | null;
  readonly apiVersion: string | null;
  readonly key: string;
}

async function transcribe(tools: OpenAiTools, asked: Asked): Promise<FastifyReply> {
  const form = await readForm(asked.request, tools.speechToText.keeping);
  const record = tools.ledger.transcribe(recordOf(asked, form));
  const effects = tools.faults.take('transcribe', { model: record.model, prompt: record.prompt });
  return tools.exchanger.serve({
    request: asked.request,
    reply: asked.reply,
    record,
    effects,
    work: () => refusalOf(tools, asked, form) ?? hear(tools, { form, record, effects }),
  });
}

async function readForm(request: FastifyRequest, keeping: Keeping): Promise<Form> {
  const fields = new Map<string, string>();
  let audio: AudioContent | null = null;
  let fileName: string | null = null;
  if (!request.isMultipart()) return { fields, audio, fileName };
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      fileName = part.filename;
      audio = await readAudio(part.file, keeping);
    } else {
      fields.set(part.fieldname, String(part.value));
    }
  }
  return { fields, audio, fileName };
}

function recordOf({ deployment, apiVersion }: Asked, { fields, audio, fileName }: Form): TranscriptionRecord {
  return {
    time: Date.now(),
    status: null,
    fault: null,
    model: deployment ?? fields.get('model') ?? '',
    dialect: deployment === null ? 'openai' : 'azure',
    apiVersion,
    language: fields.get('language') ?? null,
    prompt: fields.get('prompt') ?? null,
    responseFormat: fields.get('response_format') ?? null,
    fileName,
    audioBytes: audio?.bytes ?? 0,
    audioSha256: audio?.sha256 ?? null,
  };
}

function refusalOf({ acceptsKey }: OpenAiTools, { apiVersion, key }: Asked, form: Form): Answer | null {
  if (key === '' || !acceptsKey(key))
    return openAiError(401, 'Incorrect API key provided.', 'invalid_api_key');
  if (apiVersion === '') return openAiError(404, 'Resource not found', '404');
  if (form.audio === null || form.audio.bytes === 0) return openAiError(400, 'file: required', null);
  if (form.audio.bytes > MAX_AUDIO_BYTES) {
    return openAiError(413, `Maximum content size limit (${MAX_AUDIO_BYTES}) exceeded`, null);
  }
  return null;
}

const openAiError = (status: number, message: string, code: string | null): Answer => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code } },
});

async function hear(
  { settings, random, lifetime, hooks, speechToText }: OpenAiTools,
  { form, record, effects }: { form: Form; record: TranscriptionRecord; effects: EffectSet },
): Promise<Answer> {
  if (form.audio === null) return openAiError(400, 'file: required', null);
  await lifetime.sleep(drawLatencyMs(settings.latencyMs, random));
  const result = await speechToText.transcribeContent(form.audio, { languageCode: record.language });
  await hooks.beforeTranscriptionResponse?.(record);
  if (!result.ok) return openAiError(400, 'Invalid file format.', null);
  const { durationSeconds, language } = result.heard;
  const text = effects.find('text')?.text ?? result.heard.text ?? '';
  if (record.responseFormat !== 'verbose_json') return { status: 200, body: { text } };
  const words = wordsOf(text, durationSeconds).map((word) => ({
    word: word.text,
    start: word.start / MS_PER_SECOND,
    end: word.end / MS_PER_SECOND,
  }));
  return { status: 200, body: { task: 'transcribe', language, duration: durationSeconds, text, words } };
}
