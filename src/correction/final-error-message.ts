import { type ProviderError, ProviderUnavailableError } from '../providers/provider-error.js';

/**
 * Builds the message for people when no further try follows; after repeated failures it gives the
 * number of tries.
 */
export function finalErrorMessage(error: ProviderError, tries: number): string {
  return error instanceof ProviderUnavailableError && tries > 1
    ? `${error.message} It was tried ${tries} times.`
    : error.message;
}
