import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findSamplesFolder, type SampleManifest } from '../simulator/samples.js';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { ConversationResponse } from '../src/conversations/conversations.dto.js';
import { changedWords } from './changed-words.js';
import { followChunk } from './follow-chunk.js';
import type { Progress } from '../commands/terminal/progress.js';
import { plainWords, type Screen } from '../commands/terminal/screen.js';
import type { ServiceApi } from '../commands/service/service-api.js';

const POLL_INTERVAL_MS = 100;
const TEXT_INDENT = '    ';
/** Name of the project and of its conversation, as the console shows them. */
const TITLE = 'Neighbourhood meeting';

export interface MainJob {
  api: ServiceApi;
  manifest: SampleManifest;
  screen: Screen;
  progress: Progress;
}

export interface JobResult {
  chunks: ChunkResponse[];
  conversation: ConversationResponse;
}

/**
 * Sends the recordings as chunks of one conversation, reports their progress, and waits for the
 * transcript and the summary.
 *
 * @throws ChunkFailedError, ServiceApiError
 */
export async function runMainJob(job: MainJob): Promise<JobResult> {
  const { api, manifest } = job;
  const project = await api.createProject({
    name: TITLE,
    language: manifest.language,
    transcriptPrompt: manifest.hotwords,
  });
  const { id } = await api.createConversation({ projectId: project.id, title: TITLE });
  const sent: { file: string; chunk: ChunkResponse }[] = [];
  for (const { file } of manifest.recordings) {
    const audio = new Uint8Array(await readFile(join(findSamplesFolder(), file)));
    sent.push({ file, chunk: await api.addChunk(id, { name: file, audio }) });
  }
  await api.finish(id);
  const chunks = await Promise.all(sent.map(({ file, chunk }) => follow(job, file, chunk)));
  return { chunks, conversation: await summarized(api, id) };
}

function follow(
  { api, screen, progress }: MainJob,
  file: string,
  chunk: ChunkResponse,
): Promise<ChunkResponse> {
  let heard = '';
  return followChunk(() => api.chunk(chunk.id), {
    onState: (status) => {
      progress.state(file, status);
    },
    onHeard: (text) => {
      heard = text;
      progress.say([
        `  ${screen.paint('bold', file)} heard`,
        ...screen.paragraph(plainWords(text), { indent: TEXT_INDENT }),
      ]);
    },
    onCorrected: (text) => {
      const layout = { indent: TEXT_INDENT, newWords: 'green' } as const;
      progress.say([
        `  ${screen.paint('bold', file)} corrected`,
        ...screen.paragraph(changedWords(heard, text), layout),
      ]);
    },
  });
}

async function summarized(api: ServiceApi, id: string): Promise<ConversationResponse> {
  for (;;) {
    const conversation = await api.conversation(id);
    if (conversation.summary !== null) return conversation;
    await pause(POLL_INTERVAL_MS);
  }
}
