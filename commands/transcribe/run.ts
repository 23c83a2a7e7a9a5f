import type { Interruption } from '../interruption.js';
import { ServiceApi } from '../service/service-api.js';
import { ProgressBars } from '../terminal/progress-bars.js';
import { ProgressLines } from '../terminal/progress-lines.js';
import type { Progress } from '../terminal/progress.js';
import { Screen } from '../terminal/screen.js';
import { adviceFor } from './advice.js';
import type { TranscribeArguments } from './arguments.js';
import { readUntil } from './follow-chunks.js';
import { write, type Output } from './output.js';
import { withOwnService } from './own-service.js';
import type { Recording } from './recordings.js';
import { findRunningService } from './running-service.js';
import type { Settings } from './settings.js';
import { transcribe, type Outcome } from './transcribe.js';

/** Real providers need about a minute for what the simulator does in seconds. */
const SLOWNESS = 20;
/** AssemblyAI deletes a transcript within seconds. */
const DELETION_TIMEOUT_MS = 60_000;

export interface Run {
  settings: Settings;
  recordings: readonly Recording[];
  options: TranscribeArguments;
  output: Output;
  interruption: Interruption;
  /** Prints lines for the user, beside the result. */
  say: (...lines: readonly string[]) => void;
}

/**
 * Transcribes the recordings with a running service, or with one that is started and stopped here,
 * and writes the result.
 *
 * @returns whether every recording was transcribed
 */
export async function run(job: Run): Promise<boolean> {
  const { settings, say } = job;
  const running = await findRunningService(settings);
  if (running !== undefined) {
    say(`Using the Ringback at ${running}`);
    return withRunning(job, running);
  }
  if (settings.chosenUrl !== undefined) say(`No Ringback answers at ${settings.chosenUrl}.`);
  say('Starting a Ringback with the settings in .env');
  return withOwn(job);
}

async function withRunning(job: Run, url: string): Promise<boolean> {
  const { settings, interruption, say } = job;
  let conversation: string | undefined;
  const api = new ServiceApi(url, interruption.signal, { apiKey: settings.apiKey });
  try {
    return await transcribeAndWrite(job, api, (id) => {
      conversation = id;
    });
  } finally {
    if (conversation !== undefined) say(`The conversation is kept: ${url}/c/${conversation}`);
  }
}

async function withOwn(job: Run): Promise<boolean> {
  const { settings, interruption, say } = job;
  return withOwnService(settings, interruption, async ({ url, apiKey, whileAlive }) => {
    const over = new AbortController();
    const signal = AbortSignal.any([interruption.signal, over.signal]);
    const api = new ServiceApi(url, signal, { apiKey });
    let conversation = '';
    const work = async (): Promise<boolean> => {
      const isComplete = await transcribeAndWrite(job, api, (id) => {
        conversation = id;
      });
      if (settings.deletesAtProvider) await awaitDeletion(api, conversation, say);
      return isComplete;
    };
    try {
      return await whileAlive(work());
    } finally {
      over.abort();
    }
  });
}

async function transcribeAndWrite(
  { recordings, options, output, say }: Run,
  api: ServiceApi,
  onConversation: (id: string) => void,
): Promise<boolean> {
  const progress = progressOf(recordings);
  let outcome: Outcome;
  try {
    outcome = await transcribe({ api, recordings, options, progress, onConversation });
  } finally {
    progress.close();
  }
  const { result, failures } = outcome;
  for (const { name, code, message } of failures) {
    say(`${name} was not transcribed (${code}): ${message}`, `  ${adviceFor(code)}`);
  }
  if (result !== undefined) await write(output, result, options.format !== 'docx');
  if (result !== undefined && output.kind === 'file') say(`Written to ${output.path}`);
  return failures.length === 0;
}

function progressOf(recordings: readonly Recording[]): Progress {
  const screen = new Screen(process.stderr);
  const names = recordings.map(({ name }) => name);
  return screen.isTerminal ? new ProgressBars(screen, names, SLOWNESS) : new ProgressLines(screen, names);
}

/** Waits until AssemblyAI has deleted its copies: no service is left that would ask for it. */
async function awaitDeletion(api: ServiceApi, conversation: string, say: Run['say']): Promise<void> {
  const receipt = await readUntil(
    () => api.redactionReceipt(conversation),
    ({ chunks }) => isDeleted(chunks),
    DELETION_TIMEOUT_MS,
  );
  if (!isDeleted(receipt.chunks)) {
    say('AssemblyAI has not yet deleted its copy of the transcript: delete it there, or ask again.');
  }
}

function isDeleted(chunks: Awaited<ReturnType<ServiceApi['redactionReceipt']>>['chunks']): boolean {
  return chunks.every(({ providerCopies }) => providerCopies.every(({ state }) => state === 'deleted'));
}
