import { ServiceApiError, type ServiceApi } from '../service/service-api.js';
import type { Progress } from '../terminal/progress.js';
import type { Format, TranscribeArguments } from './arguments.js';
import { readUntil, throughOutages, untilSettled, type ChunkFacts } from './follow-chunks.js';
import type { Recording } from './recordings.js';

/** Formats that have the conversation's summary above its text. */
const FORMATS_WITH_SUMMARY: readonly Format[] = ['md', 'docx'];
/** A summary takes seconds, for hours of speech minutes; without one the text is worth having. */
const SUMMARY_TIMEOUT_MS = 300_000;
/** Transcript of recordings without speech, which get no summary. */
const NOTHING_SAID = '[Nothing to transcribe]';

/** Answers to an upload that are about the recording, so that others may still be accepted. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'not_accepted',
  413: 'too_large',
  415: 'not_audio',
};

/** The API takes no longer titles. */
const MAX_TITLE_LENGTH = 200;

export interface Failure {
  name: string;
  code: string;
  message: string;
}

export interface Outcome {
  /** The transcript as a file; undefined when no recording got a text. */
  result: Uint8Array | undefined;
  failures: Failure[];
}

export interface Transcription {
  api: ServiceApi;
  recordings: readonly Recording[];
  options: TranscribeArguments;
  progress: Progress;
  /** Called when the conversation exists. */
  onConversation(id: string): void;
}

/**
 * Turns the recordings into one transcript, and waits until each of them is transcribed or has
 * failed.
 *
 * @throws ServiceApiError when the service refuses the request, or stays unreachable
 */
export async function transcribe(job: Transcription): Promise<Outcome> {
  const { api, recordings, options } = job;
  const { id } = await api.createConversation({
    title: recordings[0]?.name.slice(0, MAX_TITLE_LENGTH) ?? '',
    language: options.language,
    speakerLabels: options.speakers,
    ...(options.hotwords === undefined ? {} : { transcriptPrompt: options.hotwords }),
  });
  job.onConversation(id);
  const { sent, chunks, failures } = await sendAndFollow(job, id);
  for (const { id: chunkId, status, errorCode, error } of chunks) {
    const name = sent.get(chunkId);
    if (name === undefined || status !== 'failed') continue;
    failures.push({ name, code: errorCode ?? 'other', message: error ?? 'no reason was given' });
  }
  const result = failures.length === recordings.length ? undefined : await read(api, id, options.format);
  return { result, failures };
}

interface Sent {
  /** Names of the recordings by the ids of their chunks. */
  sent: ReadonlyMap<string, string>;
  chunks: readonly ChunkFacts[];
  /** Recordings that were not accepted. */
  failures: Failure[];
}

/** Sends all recordings, and meanwhile shows the progress of those that have arrived. */
async function sendAndFollow(job: Transcription, conversationId: string): Promise<Sent> {
  const { api, recordings, progress } = job;
  const sent = new Map<string, string>();
  const failures: Failure[] = [];
  const over = new AbortController();
  let isComplete = false;
  const settled = untilSettled({
    read: async () => {
      const chunks = await throughOutages(() => api.chunksOf(conversationId));
      // A chunk may be listed before its upload is answered.
      return chunks.filter(({ id }) => sent.has(id));
    },
    onState: (id, status) => {
      progress.state(sent.get(id) ?? '', status);
    },
    awaited: () => (isComplete ? [...sent.keys()] : undefined),
    signal: over.signal,
  });
  // Awaited below; until then its failure must not count as one that nobody handles.
  settled.catch(() => undefined);
  try {
    for (const recording of recordings) {
      const answer = await send(job, conversationId, recording);
      if ('failure' in answer) failures.push(answer.failure);
      else sent.set(answer.chunkId, recording.name);
    }
    await throughOutages(() => api.finish(conversationId));
    isComplete = true;
    return { sent, chunks: await settled, failures };
  } finally {
    over.abort();
  }
}

async function send(
  { api, progress }: Transcription,
  conversationId: string,
  recording: Recording,
): Promise<{ chunkId: string } | { failure: Failure }> {
  try {
    return { chunkId: (await api.uploadChunk(conversationId, recording)).id };
  } catch (error) {
    const answer = error instanceof ServiceApiError ? error.answer : undefined;
    const refusal = REFUSALS[answer?.status ?? NaN];
    if (answer === undefined || refusal === undefined) throw error;
    progress.state(recording.name, 'failed');
    const { code = refusal, problems } = answer;
    return { failure: { name: recording.name, code, message: problems.join('; ') } };
  }
}

async function read(api: ServiceApi, id: string, format: Format): Promise<Uint8Array> {
  const conversation = () => throughOutages(() => api.conversation(id));
  await readUntil(conversation, ({ status }) => status === 'finalized');
  if (FORMATS_WITH_SUMMARY.includes(format)) {
    const isSettled = ({ transcript, summary, summaryError }: Awaited<ReturnType<typeof conversation>>) =>
      summary !== null || summaryError !== null || transcript === NOTHING_SAID;
    await readUntil(conversation, isSettled, SUMMARY_TIMEOUT_MS);
  }
  return throughOutages(() => api.transcript(id, format));
}
