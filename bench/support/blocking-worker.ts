import { once } from 'node:events';
import { AssemblyAI } from 'assemblyai';
import type { ScenarioTools } from '../scenario.js';
import { smallRecording } from './small-recording.js';

/** The provider wants to be told; which one makes no difference here. */
const SPEECH_MODELS = ['universal-2'];

export interface BlockingRun {
  simulatorUrl: string;
  chunks: number;
  pollIntervalMs: number;
}

/**
 * What Ringback is compared with: a worker that transcribes one recording after the other with the provider's own client,
 * whose `transcribe` uploads, submits, and looks again and again until the text is there.
 *
 * @returns milliseconds that the worker was held for each recording
 */
export async function runBlockingWorker(run: BlockingRun, tools: ScenarioTools): Promise<number[]> {
  const client = new AssemblyAI({ apiKey: 'simulator', baseUrl: run.simulatorUrl });
  const heldMs: number[] = [];
  const interrupted = whenAborted(tools.signal);
  while (heldMs.length < run.chunks) {
    const start = performance.now();
    const audio = Buffer.from(smallRecording(`blocking ${heldMs.length}`));
    const work = client.transcripts.transcribe(
      { audio, speech_models: SPEECH_MODELS },
      { pollingInterval: run.pollIntervalMs },
    );
    const transcript = await Promise.race([work, interrupted]);
    if (transcript.status !== 'completed')
      throw new Error(`the baseline's transcript ended ${transcript.status}`);
    heldMs.push(performance.now() - start);
    tools.progress(`blocking worker: ${heldMs.length} of ${run.chunks} chunks`);
  }
  return heldMs;
}

/** The client cannot be told to stop; it does when the simulator has. */
async function whenAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}
