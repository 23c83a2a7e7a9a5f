import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { strFromU8, unzipSync } from 'fflate';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { settledChunk } from './support/settled-chunk.js';
import { World } from './support/test-service.js';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

let world: World;
let host: AudioHost;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

/** Makes a finalized conversation of these texts, a chunk each, and waits for its summary. */
async function summarized(texts: string[], settings: object = {}) {
  const { id } = await world.api.createConversation(settings);
  for (const text of texts) {
    const audioUrl = host.newUrl();
    const effect = { kind: 'outcome', status: 'completed', text } as const;
    world.simulator.faults.add({ operation: 'submit', match: { audioUrlContains: audioUrl }, effect });
    await settledChunk(world, id, audioUrl);
  }
  await world.api.finish(id);
  return world.api.summarizedConversation(id);
}

async function markdownOf(id: string): Promise<string> {
  const { status, headers, body } = await world.api.get<string>(
    `/api/conversations/${id}/transcript?format=md`,
  );
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/markdown; charset=utf-8');
  return body;
}

/** Downloads a Word file, and returns the text of each paragraph. */
async function linesOfDocx(id: string): Promise<string[]> {
  const response = await fetch(`${world.api.url}/api/conversations/${id}/transcript?format=docx`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(DOCX);
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${id}.docx"`);
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  return strFromU8(files['word/document.xml'] ?? new Uint8Array())
    .split('</w:p>')
    .map((paragraph) => paragraph.replace(/<[^>]*>/g, ''))
    .filter((line) => line !== '');
}

/** Date and minute, as documents show it. */
const dateOf = (createdAt: string): string => `${createdAt.slice(0, 10)} ${createdAt.slice(11, 16)} UTC`;

describe('the transcript of a conversation as a document', () => {
  it('is Markdown with the date, times, and the summary at the end', async () => {
    const { id, createdAt, summary } = await summarized(['First part.', '# Second *part*, <b>bold</b>.']);
    expect((await markdownOf(id)).split('\n\n')).toEqual([
      `# Conversation of ${dateOf(createdAt)}`,
      dateOf(createdAt),
      '[00:00:00] First part.',
      String.raw`[00:00:02] \# Second \*part\*, \<b\>bold\</b\>.`,
      '## Summary',
      expect.stringContaining(summary?.slice(0, 10) ?? 'a summary') as unknown,
    ]);
  });

  it('names the speakers', async () => {
    const { id } = await summarized(['Good morning. Hello to you.'], { speakerLabels: true });
    expect(await markdownOf(id)).toMatch(/^\*\*Speaker A\*\* \[00:00:00\] Good/m);
  });

  it('is a Word file with the date, the summary, and times', async () => {
    const { id, createdAt, summary } = await summarized(['First part.', 'Fish & chips.']);
    expect(await linesOfDocx(id)).toEqual([
      `Conversation of ${dateOf(createdAt)}`,
      dateOf(createdAt),
      'Summary',
      summary?.replace('&', '&amp;'),
      'Transcript',
      '[00:00:00] First part.',
      '[00:00:02] Fish &amp; chips.',
    ]);
  });

  it('says that nothing was said, once that is final', async () => {
    const { id } = await world.api.createConversation();
    expect(await markdownOf(id)).not.toContain('Nothing');
    await world.api.finish(id);
    await world.api.finalizedConversation(id);
    expect(await markdownOf(id)).toContain(String.raw`\[Nothing to transcribe\]`);
    expect((await linesOfDocx(id)).at(-1)).toBe('[Nothing to transcribe]');
  });

  it.each(['md', 'docx'])('is a 404 for an unknown conversation: %s', async (format) => {
    const path = `/api/conversations/${crypto.randomUUID()}/transcript?format=${format}`;
    expectError(await world.api.get(path), 404);
  });
});
