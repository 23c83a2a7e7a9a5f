import { toCues } from './cues.js';
import { toDocument, type TranscriptDocument } from './documents/document.js';
import { toDocx } from './documents/docx.js';
import { toMarkdown } from './documents/markdown.js';
import { mergeTranscripts } from './merge-transcripts.js';
import { statsOf, traceChunk } from './origins/trace-chunk.js';
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
  title: string | null;
  /** ISO 8601. */
  createdAt: string;
  summary: string | null;
  /** Says which parts of the transcript the summary leaves out; null: none. */
  summaryLeftOut: string | null;
  /** Text for a conversation without any text. */
  whenEmpty: string;
  /** Whether JSON names the origin of each word; the chunks have their earlier texts then. */
  includesChanges: boolean;
  chunks: readonly UnparsedChunk[];
}

/** @returns a text, or the bytes of a file */
export async function renderTranscript(
  format: TranscriptFormat,
  conversation: RenderedConversation,
): Promise<string | Uint8Array> {
  const { whenEmpty, chunks } = conversation;
  switch (format) {
    case 'text':
      return mergedText(chunks) || whenEmpty;
    case 'md':
      return toMarkdown(await documentOf(conversation));
    case 'docx':
      return toDocx(await documentOf(conversation));
    case 'srt':
      return toSrt(toCues(await positionChunks(chunks.map(parseWords))));
    case 'vtt':
      return toVtt(toCues(await positionChunks(chunks.map(parseWords))));
    case 'json':
      return JSON.stringify(await jsonOf(conversation));
  }
}

async function jsonOf({
  id,
  status,
  whenEmpty,
  includesChanges,
  chunks,
}: RenderedConversation): Promise<object> {
  const positioned = await positionChunks(chunks.map(parseWords));
  const common = { conversationId: id, status, transcript: mergedText(chunks) || whenEmpty };
  if (!includesChanges) return { ...common, chunks: toJsonChunks(positioned) };
  const traced = positioned.map(traceChunk);
  return { ...common, stats: statsOf(traced), chunks: toJsonChunks(positioned, traced) };
}

async function documentOf(conversation: RenderedConversation): Promise<TranscriptDocument> {
  return toDocument(conversation, await positionChunks(conversation.chunks.map(parseWords)));
}

function mergedText(chunks: readonly UnparsedChunk[]): string {
  return mergeTranscripts(chunks.map((chunk) => chunk.transcript));
}

function parseWords(chunk: UnparsedChunk): TranscriptChunk {
  return { ...chunk, words: chunk.words === null ? null : JSON.parse(chunk.words) };
}
