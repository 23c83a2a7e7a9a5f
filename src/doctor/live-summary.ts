import type { AppConfig } from '../config/app-config.js';
import { chooseModel } from '../providers/language-models/choose-model.js';
import { ModelList } from '../providers/language-models/model-list.js';
import { Summarizer } from '../correction/summary/summarizer.js';
import { failed, ok, type Finding } from './check.js';
import { errorMessage } from '../errors/error-message.js';
import { print, say } from './print.js';
import type { Sample } from './sample.js';

const TIME_LIMIT_MS = 60_000;

/** Summarizes the sample's text, as SUMMARY_MODEL is not the model that corrects. */
export async function runSummary(config: AppConfig, sample: Sample, signal: AbortSignal): Promise<boolean> {
  if (config.correction.languageModel.kind === 'none') return true;
  const finding = await examine(config, sample, signal);
  print('summary', finding);
  return finding.state !== 'failed';
}

async function examine(config: AppConfig, sample: Sample, signal: AbortSignal): Promise<Finding> {
  const { summaryModels: models, thinking } = config.correction;
  say(`Waiting for ${models[0] ?? ''} to summarize ...`);
  const startMs = performance.now();
  try {
    const summarizer = new Summarizer(await chooseModel(config), {
      models: new ModelList({ variable: 'SUMMARY_MODEL', models }),
      thinking,
      timeoutMs: TIME_LIMIT_MS,
    });
    const { heard: transcript, language } = sample;
    const result = await summarizer.summarize({ transcript, language, signal, isLastTry: true });
    return ok(`${result.model}, ${Math.round(performance.now() - startMs)} ms: ${result.summary}`);
  } catch (error) {
    return failed(
      errorMessage(error),
      'check SUMMARY_MODEL, the credentials, and the quota of their project',
    );
  }
}
