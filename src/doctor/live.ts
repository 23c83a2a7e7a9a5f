import type { AppConfig } from '../config/app-config.js';
import { failed, reasonOf } from './check.js';
import { runFirstStage } from './live-first-stage.js';
import { runSecondStage } from './live-second-stage.js';
import { runSummary } from './live-summary.js';
import { print, say } from './print.js';
import { loadSample, type Sample } from './sample.js';

/** Has a sample transcribed, corrected and summarized with the user's own keys, and prints what comes of it. */
export async function runLive(config: AppConfig): Promise<boolean> {
  let sample: Sample;
  try {
    sample = await loadSample();
  } catch (error) {
    print('sample', failed(reasonOf(error), 'without it nothing can be sent'));
    return false;
  }
  say(
    `\nSending samples/${sample.file}, ${Math.round(sample.durationSeconds)} seconds of speech, with your own keys. It costs about a cent.`,
  );
  const interruption = new AbortController();
  // The first Ctrl-C ends the waiting, and what is at the provider is still deleted; the second one ends the process.
  process.once('SIGINT', () => {
    interruption.abort();
  });
  const { signal } = interruption;
  const heard = await runFirstStage({ config, sample, signal });
  // The stages are judged apart: without a text, the second one gets what a first stage makes of the sample.
  const draft = heard === undefined ? sample.heard : heard;
  const isCorrected = await runSecondStage({ config, sample, draft, signal });
  const isSummarized = await runSummary(config, sample, signal);
  return heard !== undefined && isCorrected && isSummarized;
}
