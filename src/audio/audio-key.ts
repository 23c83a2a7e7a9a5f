import { InvalidAudioKeyError } from './audio-error.js';
import { mimeTypeOfExtension } from './media-type.js';

/**
 * Ids of the service: without dots and separators, so that no key can leave its folder on any file
 * system. A hundred characters fit any id and keep paths within the limits of file systems.
 */
const ID = '[A-Za-z0-9_-]{1,100}';
const CONVERSATION_ID = new RegExp(`^${ID}$`);
const NEW_KEY = new RegExp(`^(${ID})/(${ID})$`);
const STORED_KEY = new RegExp(`^${ID}/${ID}\\.([a-z0-9]{2,5})$`);

/**
 * @param key `<conversationId>/<chunkId>`
 * @throws InvalidAudioKeyError
 */
export function assertNewKey(key: string): void {
  if (!NEW_KEY.test(key)) throw new InvalidAudioKeyError();
}

/** Whether a key is that of a recording, rather than of another file in the store. */
export function isStoredKey(key: string): boolean {
  return mimeTypeOfExtension(STORED_KEY.exec(key)?.[1] ?? '') !== undefined;
}

/** @throws InvalidAudioKeyError */
export function assertConversationId(conversationId: string): void {
  if (!CONVERSATION_ID.test(conversationId)) throw new InvalidAudioKeyError();
}

/**
 * @param key `<conversationId>/<chunkId>.<extension>`
 * @returns the MIME type that the extension stands for
 * @throws InvalidAudioKeyError
 */
export function mimeTypeOfKey(key: string): string {
  const extension = STORED_KEY.exec(key)?.[1] ?? '';
  const mimeType = mimeTypeOfExtension(extension);
  if (mimeType === undefined) throw new InvalidAudioKeyError();
  return mimeType;
}
