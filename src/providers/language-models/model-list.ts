import { Logger } from '@nestjs/common';
import { ProviderError, ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import { PreferenceList } from './preference-list.js';

/**
 * A model that was not found is skipped for this long. Models come and go within months, and each
 * useless request delays a chunk by a round trip.
 */
const NOT_FOUND_PAUSE_MS = 600_000;

/** Refusals that concern the caller: every model of the list would refuse alike. */
const REFUSALS_OF_THE_CALLER: ReadonlySet<string> = new Set(['unauthenticated', 'not_configured']);
/** The caller no longer wants an answer. */
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
   * Asks the first model, and the next one when a model is not offered or refuses this request.
   * After an overloaded model no other one is asked, since the request is tried again later. On the
   * last try there is no later, so the next model is asked as well.
   *
   * @throws ProviderError the failure of the last model, with the messages of those before it
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
        if (!(error instanceof ProviderError) || !mayAskNext(error, isLastTry)) throw error;
        if (error.code === 'model_not_found') this.pause(model, error);
        failures.push({ model, error });
      }
    }
    throw combined(failures);
  }

  private pause(model: string, error: ProviderError): void {
    if (!this.preferences.isPaused(model)) {
      const minutes = NOT_FOUND_PAUSE_MS / 60_000;
      this.logger.warn(
        `${this.options.variable}: ${model} is skipped for ${minutes} minutes: ${error.message}`,
      );
    }
    this.preferences.pause(model, NOT_FOUND_PAUSE_MS);
  }
}

function mayAskNext(error: ProviderError, isLastTry: boolean): boolean {
  if (REFUSALS_OF_THE_CALLER.has(error.code) || error.code === CANCELLED) return false;
  return isLastTry || error instanceof ProviderRejectedError;
}

/** Returns a single failure unchanged; of several, the last with the messages of all. */
function combined(failures: readonly Failure[]): ProviderError {
  const last = failures.at(-1);
  if (last === undefined) throw new TypeError('a list of models is never empty');
  if (failures.length === 1) return last.error;
  const message = failures.map(({ model, error }) => `${model}: ${error.message}`).join(' ');
  const { provider, code, status } = last.error;
  return failures.some(({ error }) => error instanceof ProviderUnavailableError)
    ? new ProviderUnavailableError(message, { provider, code, status, ambiguous: false })
    : new ProviderRejectedError(message, { provider, code, status });
}
