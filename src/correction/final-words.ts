import { type ProviderError, ProviderUnavailableError } from '../providers/provider-error.js';

/** Tells a person why nothing more is tried: a refusal speaks for itself, a failure says how often it was met. */
export function finalWords(error: ProviderError, tries: number): string {
  return error instanceof ProviderUnavailableError && tries > 1
    ? `${error.message} It was tried ${tries} times.`
    : error.message;
}
