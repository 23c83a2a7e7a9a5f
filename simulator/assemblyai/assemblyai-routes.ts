import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Answer } from '../exchange.js';
import { acceptJson } from '../json-body.js';
import type { AssemblyAiTools } from './assemblyai-tools.js';
import { submitTranscript } from './submit.js';
import { deleteTranscript, getTranscript, listTranscripts } from './transcript-requests.js';
import { uploadAudio } from './upload.js';

/** Registers the part of AssemblyAI's API that Ringback and the official SDK use for recordings. */
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
    // The handler receives the bytes as a stream, because recordings may be larger than memory.
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

/** Returns the 401 for a missing or wrong key, or for one with the prefix `Bearer`. */
function refusalOf({ acceptsKey }: AssemblyAiTools, { headers }: FastifyRequest): Answer | null {
  const key = headers.authorization ?? '';
  return key !== '' && !/^bearer /i.test(key) && acceptsKey(key)
    ? null
    : { status: 401, body: { error: 'Authentication error, API token missing/invalid' } };
}
