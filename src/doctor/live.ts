import type { AppConfig } from '../config/app-config.js';
import { failed } from './check.js';
import { errorMessage } from '../errors/error-message.js';
import { runFirstStage } from './live-first-stage.js';
import { runSecondStage } from './live-second-stage.js';
import { runSummary } from './live-summary.js';
import { print, say } from './print.js';
import { loadSample, type Sample } from './sample.js';

/**
 * Transcribes, corrects and summarizes a sample with the user's own keys, and prints the results.
 */
export async function runLive(config: AppConfig): Promise<boolean> {
  let sample: Sample;
  try {
    sample = await loadSample();
  } catch (error) {
    print('sample', failed(errorMessage(error), 'without it nothing can be sent'));
    return false;
  }
  say(
    `\nSending samples/${sample.file}, ${Math.round(sample.durationSeconds)} seconds of speech, with your own keys. It costs about a cent.`,
  );
  const interruption = new AbortController();
  // The first Ctrl-C stops waiting and still deletes the transcript at the provider; the second one
  // ends the process.
  process.once('SIGINT', () => {
    interruption.abort();
  });
  const { signal } = interruption;
  const text = await runFirstStage({ config, sample, signal });
  // Each stage is checked separately: after a failed first stage, the second one gets a typical
  // draft of the sample.
  const draft = text === undefined ? sample.heard : text;
  const isCorrected = await runSecondStage({ config, sample, draft, signal });
  const isSummarized = await runSummary(config, sample, signal);
  return text !== undefined && isCorrected && isSummarized;
}
