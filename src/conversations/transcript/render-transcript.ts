import { toCues } from './cues.js';
import { mergeTranscripts } from './merge-transcripts.js';
import { positionChunks, type TranscriptChunk } from './timeline.js';
import { toJsonChunks, toSrt, toVtt, type TranscriptFormat } from './transcript-formats.js';

/**
 * A chunk as read from the database: the recognizer's words, much longer than the text, are JSON.
 */
export type UnparsedChunk = Omit<TranscriptChunk, 'words'> & { words: string | null };

/** Plain data, which can be passed to another thread. */
export interface RenderedConversation {
  id: string;
  status: string;
  /** Text for a conversation without any text. */
  whenEmpty: string;
  chunks: readonly UnparsedChunk[];
}

export async function renderTranscript(
  format: TranscriptFormat,
  { id, status, whenEmpty, chunks }: RenderedConversation,
): Promise<string> {
  switch (format) {
    case 'text':
      return mergedText(chunks) || whenEmpty;
    case 'srt':
      return toSrt(toCues(await positionChunks(chunks.map(parseWords))));
    case 'vtt':
      return toVtt(toCues(await positionChunks(chunks.map(parseWords))));
    case 'json':
      return JSON.stringify({
        conversationId: id,
        status,
        transcript: mergedText(chunks) || whenEmpty,
        chunks: toJsonChunks(await positionChunks(chunks.map(parseWords))),
      });
  }
}

function mergedText(chunks: readonly UnparsedChunk[]): string {
  return mergeTranscripts(chunks.map((chunk) => chunk.transcript));
}

function parseWords(chunk: UnparsedChunk): TranscriptChunk {
  return { ...chunk, words: chunk.words === null ? null : JSON.parse(chunk.words) };
}
