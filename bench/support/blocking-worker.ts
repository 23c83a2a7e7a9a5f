import { once } from 'node:events';
import { AssemblyAI } from 'assemblyai';
import type { ScenarioTools } from '../scenario.js';
import { smallRecording } from './small-recording.js';

/** The provider requires a model; the choice does not matter here. */
const SPEECH_MODELS = ['universal-2'];

export interface BlockingRun {
  simulatorUrl: string;
  chunks: number;
  pollIntervalMs: number;
}

/**
 * Runs the worker that Ringback is compared with. It transcribes one recording after the other with
 * the provider's own client, whose `transcribe` uploads, submits, and polls until the text is
 * there.
 *
 * @returns milliseconds for which the worker was held for each recording
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

/** Rejects on abort. The client has no cancellation; it stops when the simulator has stopped. */
async function whenAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}
