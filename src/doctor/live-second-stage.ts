import type { AppConfig } from '../config/app-config.js';
import { chooseModel } from '../providers/language-models/choose-model.js';
import { Corrector, type CorrectionResult } from '../correction/corrector.js';
import { ModelList } from '../providers/language-models/model-list.js';
import { failed, ok, type Finding } from './check.js';
import { errorMessage } from '../errors/error-message.js';
import { noModel } from './model-checks.js';
import { print, say } from './print.js';
import type { Sample } from './sample.js';

/** A thinking model corrects a few seconds of speech in 5 to 30 seconds. */
const TIME_LIMIT_MS = 120_000;

const STAGE = 'second stage';

export interface SecondStageOptions {
  config: AppConfig;
  sample: Sample;
  /**
   * Text of the first stage; null without a first stage, when the model transcribes the audio
   * itself.
   */
  draft: string | null;
  signal: AbortSignal;
}

/** @returns whether the second stage works, or is not used */
export async function runSecondStage(options: SecondStageOptions): Promise<boolean> {
  const finding = await examine(options);
  print(STAGE, finding);
  return finding.state !== 'failed';
}

async function examine({ config, ...request }: SecondStageOptions): Promise<Finding> {
  const { provider } = config.transcription;
  if (provider === 'AssemblyAI' || provider === 'LiteLLM') {
    return ok(`not used: TRANSCRIPTION_PROVIDER is ${provider}, whose text is not corrected`);
  }
  if (config.correction.languageModel.kind === 'none') return noModel();
  say(`Waiting for ${config.correction.correctionModels[0] ?? ''} to listen and correct ...`);
  const startMs = performance.now();
  try {
    const result = await ask(await makeCorrector(config), request);
    return ok(
      `${result.model}, ${Math.round(performance.now() - startMs)} ms, ${tokensOf(result)}: ${result.text}`,
    );
  } catch (error) {
    return failed(
      errorMessage(error),
      'check CORRECTION_MODEL, the credentials, and the quota of their project',
    );
  }
}

async function makeCorrector(config: AppConfig): Promise<Corrector> {
  const { correctionModels: models, thinking } = config.correction;
  return new Corrector(await chooseModel(config), {
    models: new ModelList({ variable: 'CORRECTION_MODEL', models }),
    thinking,
    timeoutMs: TIME_LIMIT_MS,
  });
}

function ask(
  corrector: Corrector,
  { sample, draft, signal }: Omit<SecondStageOptions, 'config'>,
): Promise<CorrectionResult> {
  const { audio, durationSeconds, hotwords, language } = sample;
  const request = { audio, hotwords, language, guidance: null, redactPii: false, signal, isLastTry: true };
  return draft === null
    ? corrector.transcribe(request)
    : corrector.correct({ ...request, partialTranscript: draft, durationSeconds });
}

function tokensOf({ usage: { inputTokens, outputTokens } }: CorrectionResult): string {
  return `${inputTokens ?? 'unknown'} tokens in, ${outputTokens ?? 'unknown'} out`;
}
