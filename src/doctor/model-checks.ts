import type { AppConfig, LanguageModelConfig } from '../config/app-config.js';
import { configuredModels } from '../providers/language-models/configured-models.js';
import { type ConfiguredModels, modelNotices } from '../providers/language-models/model-notices.js';
import { ProviderError } from '../providers/provider-error.js';
import { failed, ok, warning, type Check, type Finding } from './check.js';
import { errorMessage } from '../errors/error-message.js';
import { listModels, type ListedModel, type ListingConfig } from './list-models.js';

/** Matches the names of Gemini models that do not answer with text. */
const NOT_FOR_TEXT = /-(?:tts|image|embedding|live|audio|omni|robotics|computer-use|banana)(?:-|$)/;
/**
 * Matches names of base models; a tuned model or an endpoint has another path, and is never listed.
 */
const BASE_MODEL = /^(?:(?:models|publishers\/google\/models)\/)?([^/]+)$/;
/** Codes for a provider that cannot be reached or denies access, so that no model can answer. */
const FATAL: ReadonlySet<string> = new Set(['unauthenticated', 'network', 'timeout']);
const TRY_LIVE = 'npm run doctor -- --live asks the models themselves';

/**
 * Compares the configured models with those that the credentials can see. Requests the list once,
 * free of charge.
 */
export function modelChecks(config: AppConfig): Check[] {
  const { languageModel } = config.correction;
  if (languageModel.kind === 'none') {
    return [{ name: 'models', run: () => Promise.resolve(noModel()) }];
  }
  let listing: Promise<ListedModel[]> | undefined;
  const listed = () => (listing ??= listModels(languageModel));
  return [
    { name: 'models', run: () => checkListing(languageModel, listed()) },
    ...configuredModels(config).flatMap((list) => [
      { name: list.variable, run: () => checkList(languageModel, list, listed()) },
      ...modelNotices(list, new Date()).map(({ detail, advice }) => ({
        name: list.variable,
        run: () => Promise.resolve(warning(detail, advice)),
      })),
    ]),
  ];
}

export function noModel(): Finding {
  return warning('no model is configured: texts stay uncorrected', 'set GCP_SA_JSON or GEMINI_API_KEY');
}

async function checkListing(config: ListingConfig, listing: Promise<ListedModel[]>): Promise<Finding> {
  try {
    const listed = await listing;
    const names = namesForText(listed);
    const credentials = config.kind === 'gemini' ? 'key' : 'service account';
    const gemini = names.length === 0 ? 'none' : names.join(', ');
    return ok(`the ${credentials} can see ${listed.length}; Gemini for text: ${gemini}`);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return isFatal(config, error)
      ? failed(error.message, 'without it no text is corrected')
      : warning(`the list of models could not be read: ${error.message}`, TRY_LIVE);
  }
}

async function checkList(
  config: ListingConfig,
  { models }: ConfiguredModels,
  listing: Promise<ListedModel[]>,
): Promise<Finding> {
  let listed: Set<string>;
  try {
    listed = new Set((await listing).map(({ name }) => name));
  } catch (error) {
    return warning(`whether ${models.join(', ')} is available could not be determined`, adviceAfter(error));
  }
  const missing = models.filter((model) => !listed.has(BASE_MODEL.exec(model)?.[1] ?? ''));
  if (missing.length === 0) return ok(`${models.join(', ')}: listed`);
  const detail = `${missing.join(', ')}: not among the models that are listed`;
  if (!missing.every((model) => BASE_MODEL.test(model)) || !isListComplete(config)) {
    return warning(detail, TRY_LIVE);
  }
  return missing.length === models.length
    ? failed(detail, 'choose one of them')
    : warning(detail, 'the others of the list are asked instead');
}

function adviceAfter(error: unknown): string {
  if (!(error instanceof ProviderError)) return errorMessage(error);
  return FATAL.has(error.code) ? 'see the line above' : TRY_LIVE;
}

/**
 * Whether a failed listing means that no model answers. A gateway may lack or protect the list
 * alone; Google does not.
 */
function isFatal(config: LanguageModelConfig, { code }: ProviderError): boolean {
  const isGoogle = config.kind === 'gemini' && config.baseUrl === undefined;
  return FATAL.has(code) || (isGoogle && code === 'forbidden');
}

/**
 * Vertex AI omits usable models from its list
 * (https://github.com/googleapis/google-cloud-node/issues/6962).
 */
function isListComplete({ kind }: ListingConfig): boolean {
  return kind === 'gemini';
}

/** @returns names of the Gemini models that answer with text, sorted */
export function namesForText(listed: readonly ListedModel[]): string[] {
  const fit = listed.filter(
    ({ name, generates }) => name.startsWith('gemini-') && generates !== false && !NOT_FOR_TEXT.test(name),
  );
  return [...new Set(fit.map(({ name }) => name))].sort();
}
