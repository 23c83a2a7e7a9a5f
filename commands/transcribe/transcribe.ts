import type { ChunkStatus } from '../../src/chunks/states.js';
import { ServiceApiError, type ServiceApi } from '../service/service-api.js';
import type { Progress } from '../terminal/progress.js';
import type { Format, TranscribeArguments } from './arguments.js';
import { readUntil, throughOutages, untilSettled } from './follow-chunks.js';
import type { Recording } from './recordings.js';

/** Formats that have the conversation's summary above its text. */
const FORMATS_WITH_SUMMARY: readonly Format[] = ['md', 'docx'];
/** A summary takes seconds; without one the text is worth having. */
const SUMMARY_TIMEOUT_MS = 60_000;

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
  const failures: Failure[] = [];
  const running: Promise<Failure | undefined>[] = [];
  for (const recording of recordings) {
    const sent = await send(job, id, recording);
    if ('failure' in sent) {
      failures.push(sent.failure);
      continue;
    }
    const followed = follow(job, sent.chunkId, recording);
    // Awaited below; until then its failure must not count as one that nobody handles.
    followed.catch(() => undefined);
    running.push(followed);
  }
  await throughOutages(() => api.finish(id));
  const failed = (await Promise.all(running)).filter((failure) => failure !== undefined);
  failures.push(...failed);
  const result = failures.length === recordings.length ? undefined : await read(api, id, options.format);
  return { result, failures };
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

async function follow(
  { api, progress }: Transcription,
  chunkId: string,
  { name }: Recording,
): Promise<Failure | undefined> {
  const onState = (status: ChunkStatus): void => {
    progress.state(name, status);
  };
  const chunk = await untilSettled(() => throughOutages(() => api.chunk(chunkId)), onState);
  if (chunk.status !== 'failed') return undefined;
  return { name, code: chunk.errorCode ?? 'other', message: chunk.error ?? 'no reason was given' };
}

async function read(api: ServiceApi, id: string, format: Format): Promise<Uint8Array> {
  const conversation = () => throughOutages(() => api.conversation(id));
  await readUntil(conversation, ({ status }) => status === 'finalized');
  if (FORMATS_WITH_SUMMARY.includes(format)) {
    const isSettled = ({ summary, summaryError }: Awaited<ReturnType<typeof conversation>>) =>
      summary !== null || summaryError !== null;
    await readUntil(conversation, isSettled, SUMMARY_TIMEOUT_MS);
  }
  return throughOutages(() => api.transcript(id, format));
}
