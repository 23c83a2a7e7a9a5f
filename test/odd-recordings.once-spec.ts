import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recording } from '../src/audio/testing/sound-files.js';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { ErrorAnswer } from './support/api.js';
import { httpRequest, type HttpAnswer } from './support/http-request.js';
import { multipart } from './support/multipart.js';
import { ODD_RECORDINGS } from './support/odd-recordings.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';

const TABLE = new URL('../docs/recordings.md', import.meta.url);

async function upload(
  { api }: World,
  conversationId: string,
  { fileName, content }: { fileName: string; content: Buffer },
): Promise<HttpAnswer> {
  const { contentType, body } = multipart([{ name: 'audio', filename: fileName, content }]);
  return httpRequest(api.url, {
    path: `/api/conversations/${conversationId}/chunks`,
    headers: { 'content-type': contentType },
    body,
  });
}

/** Rows of the other tables of that page have fewer cells. */
const CELLS = 4;

/** Writes the row of docs/recordings.md that an answer stands for. */
function rowOf(title: string, { status, body }: HttpAnswer): string[] {
  if (status !== 202) return [title, `${status} \`${(body as ErrorAnswer).code}\``, '', ''];
  const { recording: facts, audioSeconds } = body as ChunkResponse;
  const { container, codec, channels, sampleRate } = facts ?? {};
  return [
    title,
    '202',
    facts === null ? 'null' : `${container}, ${codec ?? 'null'}, ${channels}, ${sampleRate}`,
    audioSeconds === null ? 'null' : String(audioSeconds),
  ];
}

function readTable(markdown: string): string[][] {
  const lines = markdown.split('\n').filter((line) => /^\| .*\|$/.test(line));
  const rows = lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  return rows.filter(([title, ...cells]) => cells.length === CELLS - 1 && !/^(?:File|-+)$/.test(title ?? ''));
}

async function countOf({ api }: World, labels: string): Promise<number> {
  const { body } = await api.get<string>('/metrics');
  const line = body.split('\n').find((text) => text.startsWith(`ringback_recordings_total{${labels}}`));
  return Number(line?.split(' ')[1] ?? 0);
}

describe('odd recordings', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterAll(async () => {
    await world.stop();
  });

  it('are answered as docs/recordings.md says, and every accepted one settles', async () => {
    const { id } = await world.api.createConversation();
    const rows: string[][] = [];
    const accepted: string[] = [];
    for (const { title, fileName, content } of ODD_RECORDINGS) {
      const bytes = typeof content === 'function' ? await content() : content;
      const answer = await upload(world, id, { fileName, content: bytes });
      rows.push(rowOf(title, answer));
      if (answer.status === 202) accepted.push((answer.body as ChunkResponse).id);
    }
    const settled = await Promise.all(accepted.map((chunkId) => world.api.settledChunk(chunkId)));

    expect(rows).toEqual(readTable(await readFile(TABLE, 'utf8')));
    expect(settled.filter(({ status, errorCode }) => status === 'failed' && errorCode === null)).toEqual([]);
    expect((await storedFiles(world.dataDir)).length).toBe(accepted.length);
  });

  it('are counted by container and codec when they are accepted, and not when they are refused', async () => {
    const { id } = await world.api.createConversation();
    const labels = 'container="ogg",codec="opus"';
    const before = await countOf(world, labels);
    const otherBefore = await countOf(world, 'container="other",codec="other"');

    await upload(world, id, { fileName: 'a.ogg', content: await recording('opus.ogg') });
    await upload(world, id, { fileName: 'a.ogg', content: await recording('empty.ogg') });
    await upload(world, id, { fileName: 'a.caf', content: await recording('opus.caf') });

    expect((await countOf(world, labels)) - before).toBe(1);
    expect((await countOf(world, 'container="other",codec="other"')) - otherBefore).toBe(1);
  });
});
