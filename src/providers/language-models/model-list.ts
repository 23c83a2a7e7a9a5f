import { Logger } from '@nestjs/common';
import { ProviderError, ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import { PreferenceList } from './preference-list.js';

/**
 * A model that was not found is not asked again for so long. Models come and go within months, and
 * each question in vain costs a chunk a round trip.
 */
const NOT_FOUND_REST_MS = 600_000;

/** Refusals of the caller: every model of a list would refuse alike. */
const REFUSALS_OF_THE_CALLER: ReadonlySet<string> = new Set(['unauthenticated', 'not_configured']);
/** The caller does not want an answer any more. */
const CANCELLED = 'cancelled';

interface Failure {
  model: string;
  error: ProviderError;
}

/** Models of one variable, in order of preference. */
export class ModelList {
  private readonly logger = new Logger('LanguageModel');
  private readonly preferences: PreferenceList<{ name: string }>;

  /** @param options.models at least one */
  constructor(private readonly options: { variable: string; models: readonly string[] }) {
    this.preferences = new PreferenceList(options.models.map((name) => ({ name })));
  }

  get models(): readonly string[] {
    return this.options.models;
  }

  /**
   * Asks the first model, and the next one when a model is not offered or refuses this request. An
   * overloaded model is not followed by another one, since it is tried again later; on the last try
   * there is no later, and the next model is asked then, too.
   *
   * @throws ProviderError the failure of the last model, told together with those before it
   */
  async ask<Answer>(
    ask: (model: string) => Promise<Answer>,
    { isLastTry = false }: { isLastTry?: boolean } = {},
  ): Promise<Answer> {
    const failures: Failure[] = [];
    for (const { name: model } of this.preferences.inOrder()) {
      try {
        return await ask(model);
      } catch (error) {
        if (!(error instanceof ProviderError) || !mayPassOn(error, isLastTry)) throw error;
        if (error.code === 'model_not_found') this.leaveOut(model, error);
        failures.push({ model, error });
      }
    }
    throw joined(failures);
  }

  private leaveOut(model: string, error: ProviderError): void {
    if (!this.preferences.isResting(model)) {
      const minutes = NOT_FOUND_REST_MS / 60_000;
      this.logger.warn(
        `${this.options.variable}: ${model} is left out for ${minutes} minutes: ${error.message}`,
      );
    }
    this.preferences.rest(model, NOT_FOUND_REST_MS);
  }
}

function mayPassOn(error: ProviderError, isLastTry: boolean): boolean {
  if (REFUSALS_OF_THE_CALLER.has(error.code) || error.code === CANCELLED) return false;
  return isLastTry || error instanceof ProviderRejectedError;
}

/** One failure as it is; of several, the last with the words of all. */
function joined(failures: readonly Failure[]): ProviderError {
  const last = failures.at(-1);
  if (last === undefined) throw new TypeError('a list of models is never empty');
  if (failures.length === 1) return last.error;
  const message = failures.map(({ model, error }) => `${model}: ${error.message}`).join(' ');
  const { provider, code, status } = last.error;
  return failures.some(({ error }) => error instanceof ProviderUnavailableError)
    ? new ProviderUnavailableError(message, { provider, code, status, ambiguous: false })
    : new ProviderRejectedError(message, { provider, code, status });
}
