import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Answer } from '../exchange.js';
import { acceptJson } from '../json-body.js';
import type { AssemblyAiTools } from './assemblyai-tools.js';
import { submitTranscript } from './submit.js';
import { deleteTranscript, getTranscript, listTranscripts } from './transcript-requests.js';
import { uploadAudio } from './upload.js';

/** The part of AssemblyAI's API that Ringback and the official SDK use for recordings. */
export function assemblyAiRoutes(app: FastifyInstance, tools: AssemblyAiTools): void {
  app.register((scope, _options, done) => {
    acceptJson(scope);
    scope.post('/v2/transcript', (request, reply) =>
      submitTranscript(tools, { request, reply, refusal: refusalOf(tools, request) }),
    );
    scope.get<{ Params: { id: string } }>('/v2/transcript/:id', (request, reply) =>
      getTranscript(tools, { id: request.params.id, request, reply, refusal: refusalOf(tools, request) }),
    );
    scope.delete<{ Params: { id: string } }>('/v2/transcript/:id', (request, reply) =>
      deleteTranscript(tools, { id: request.params.id, request, reply, refusal: refusalOf(tools, request) }),
    );
    scope.get('/v2/transcript', (request, reply) =>
      listTranscripts(tools, { request, reply, refusal: refusalOf(tools, request) }),
    );
    done();
  });
  app.register((scope, _options, done) => {
    // The bytes go to the handler as they come: recordings are larger than memory.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, passOn) => {
      passOn(null, payload);
    });
    scope.post('/v2/upload', (request, reply) =>
      uploadAudio(tools, { request, reply, refusal: refusalOf(tools, request) }),
    );
    done();
  });
}

/** The 401 of a missing or wrong key, also of one with `Bearer` before it; null when the key is good. */
function refusalOf({ acceptsKey }: AssemblyAiTools, { headers }: FastifyRequest): Answer | null {
  const key = headers.authorization ?? '';
  return key !== '' && !/^bearer /i.test(key) && acceptsKey(key)
    ? null
    : { status: 401, body: { error: 'Authentication error, API token missing/invalid' } };
}
