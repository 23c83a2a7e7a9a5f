import type { Conversation } from '../../api/types';
import { openMicrophone } from '../../recorder/microphone';
import { PieceStore } from '../../recorder/piece-store';
import { Recording } from '../../recorder/recording';

/**
 * Starts to record a new conversation. The microphone comes first: when it is refused, no
 * conversation is left behind.
 */
export async function recordConversation(
  open: () => Promise<Conversation>,
  onDone: (conversationId: string | null) => void,
): Promise<void> {
  const stream = await openMicrophone();
  try {
    const store = await PieceStore.open();
    await Recording.start(await open(), { stream, store }, onDone);
  } catch (error) {
    for (const track of stream.getTracks()) track.stop();
    throw error;
  }
}
