import { t } from '../i18n/translate';
import { MicrophoneError } from './microphone';

/** Says what to do when there is no microphone; other errors are returned as they are. */
export function microphoneProblem(error: unknown): unknown {
  return error instanceof MicrophoneError ? t(`new.microphone.${error.trouble}`) : error;
}
