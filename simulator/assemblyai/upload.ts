import type { FastifyReply } from 'fastify';
import type { Answer } from '../exchange.js';
import type { UploadRecord } from '../ledger.js';
import type { AssemblyAiTools } from './assemblyai-tools.js';
import { KEEP_NOTHING, readAudio } from './audio-content.js';
import type { ProviderRequest } from './provider-request.js';

/** Handles POST /v2/upload: raw bytes of any size, hashed while they are received. */
export function uploadAudio(tools: AssemblyAiTools, asked: ProviderRequest): Promise<FastifyReply> {
  const { request, reply, refusal } = asked;
  const record = tools.ledger.upload({
    time: Date.now(),
    status: null,
    fault: null,
    bytes: 0,
    sha256: null,
    uploadUrl: null,
  });
  const drain = async (): Promise<void> => {
    record.bytes = (await readAudio(request.raw, KEEP_NOTHING)).bytes;
  };
  return tools.exchanger.serve({
    request,
    reply,
    record,
    effects: tools.faults.take('upload', {}),
    drain,
    work: async () => {
      if (refusal !== null) {
        // A sender that is cut off in the middle of its body would never see the answer.
        await drain();
        return refusal;
      }
      return store(tools, request.raw, record);
    },
  });
}

async function store(
  { speechToText, uploads }: AssemblyAiTools,
  body: AsyncIterable<unknown>,
  record: UploadRecord,
): Promise<Answer> {
  const content = await readAudio(body, speechToText.keeping);
  record.bytes = content.bytes;
  record.sha256 = content.sha256;
  record.uploadUrl = uploads.add(await speechToText.recognized(content));
  return { status: 200, body: { upload_url: record.uploadUrl } };
}
