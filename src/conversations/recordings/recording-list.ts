import { setImmediate as nextIteration } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { chunkLengthMs, toDurationMs } from '../transcript/timeline.js';
import type { RecordingResponse } from './recordings.dto.js';
import { type RecordingRow, RecordingsRepository } from './recordings.repository.js';

/** Chunks with their words held in memory at a time: a long recording has a megabyte of them. */
const PAGE = 20;

/** Lists the recordings of a conversation with their places on its timeline. */
@Injectable()
export class RecordingList {
  constructor(private readonly recordings: RecordingsRepository) {}

  /** Yields to the event loop between two chunks, as their words are parsed. */
  async of(conversationId: string): Promise<RecordingResponse[]> {
    const all: RecordingResponse[] = [];
    let offsetMs = 0;
    let page: RecordingRow[];
    do {
      const last = all.at(-1);
      const after = last === undefined ? undefined : { id: last.chunkId, position: last.position };
      page = await this.recordings.page(conversationId, { after, limit: PAGE });
      for (const row of page) {
        all.push(toResponse(row, offsetMs));
        if (row.status === 'completed') offsetMs += lengthMs(row);
        await nextIteration();
      }
    } while (page.length === PAGE);
    return all;
  }
}

function lengthMs(row: RecordingRow): number {
  return chunkLengthMs({ ...row, words: row.words === null ? null : JSON.parse(row.words) });
}

function toResponse(row: RecordingRow, offsetMs: number): RecordingResponse {
  const durationMs = toDurationMs(row);
  return {
    chunkId: row.id,
    position: row.position,
    startMs: row.status === 'completed' || durationMs !== null ? offsetMs : null,
    durationMs,
    mimeType: row.mimeType,
    bytes: row.bytes,
    url: `/api/chunks/${row.id}/audio`,
    gone: row.isGone,
  };
}
