import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { Answer } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { expectError } from './support/expect-error.js';
import { openSubmission } from './support/open-submission.js';
import { failedChunk, settledChunk } from './support/settled-chunk.js';
import { World } from './support/test-service.js';

const NOTHING = '[Nothing to transcribe]';

let world: World;
let host: AudioHost;

beforeAll(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
});

afterAll(async () => {
  await world.stop();
  await host.stop();
});

/** Adds a chunk with this text, of two seconds by the provider's count. */
async function spokenChunk(conversationId: string, text: string, position?: number): Promise<ChunkResponse> {
  const audioUrl = host.newUrl();
  world.simulator.faults.add({
    operation: 'submit',
    match: { audioUrlContains: audioUrl },
    effect: { kind: 'outcome', status: 'completed', text },
  });
  const { status, body } = await world.api.post<ChunkResponse>(
    `/api/conversations/${conversationId}/chunks`,
    {
      audioUrl,
      position,
    },
  );
  expect(status).toBe(202);
  const chunk = await world.api.settledChunk(body.id);
  expect(chunk.transcript).toBe(text === '' ? NOTHING : text);
  return chunk;
}

interface HeardWord {
  text: string;
  start: number;
  end: number;
  confidence: number;
}

/** Returns the words of the provider's answer, none where it heard none. */
function recognizedWords({ diarization }: ChunkResponse): HeardWord[] {
  const { raw } = (diarization?.data ?? {}) as { raw?: { words?: HeardWord[] | null } };
  return raw?.words ?? [];
}

function transcript(conversationId: string, query = ''): Promise<Answer> {
  return world.api.get(`/api/conversations/${conversationId}/transcript${query}`);
}

async function textOf(conversationId: string, format: string): Promise<unknown> {
  const { status, body } = await transcript(conversationId, `?format=${format}`);
  expect(status).toBe(200);
  return body;
}

describe('the transcript of a conversation', () => {
  let id: string;
  let chunks: ChunkResponse[];

  beforeAll(async () => {
    ({ id } = await world.api.createConversation());
    const third = await spokenChunk(id, 'Third: a < b & c > d.', 20);
    const first = await spokenChunk(id, 'First part.', 5);
    const silent = await spokenChunk(id, '', 7);
    const second = await spokenChunk(id, 'Second part. It has two sentences!', 10);
    const twin = await spokenChunk(id, 'At the same place, but later.', 20);
    await failedChunk(world, id, host);
    chunks = [first, silent, second, third, twin];
  });

  it('has its chunks in the order of their positions, then of their arrival, in a paragraph each', async () => {
    const text = [
      'First part.',
      'Second part. It has two sentences!',
      'Third: a < b & c > d.',
      'At the same place, but later.',
    ].join('\n\n');
    expect(await textOf(id, 'text')).toBe(text);
    expect((await transcript(id)).body).toBe(text);
  });

  it('is JSON with each chunk, and each word with its time', async () => {
    expect(await textOf(id, 'json')).toEqual({
      conversationId: id,
      status: 'open',
      transcript: await textOf(id, 'text'),
      chunks: chunks.map((chunk, index) => ({
        id: chunk.id,
        position: chunk.position,
        durationSeconds: 2,
        offsetMs: index * 2_000,
        transcript: chunk.transcript === NOTHING ? '' : chunk.transcript,
        words: recognizedWords(chunk).map(({ text, start, end, confidence }) => ({
          text,
          start: start + index * 2_000,
          end: end + index * 2_000,
          confidence,
        })),
      })),
    });
  });

  it('is subtitles whose times continue where the previous chunk ended, silent ones included', async () => {
    expect(await textOf(id, 'srt')).toBe(
      [
        '1\n00:00:00,000 --> 00:00:01,000\nFirst part.\n',
        '2\n00:00:04,000 --> 00:00:04,380\nSecond part.\n',
        '3\n00:00:04,380 --> 00:00:05,380\nIt has two sentences!\n',
        '4\n00:00:06,000 --> 00:00:07,000\nThird: a ‹ b & c › d.\n',
        '5\n00:00:08,000 --> 00:00:09,000\nAt the same place, but later.\n',
      ].join('\n'),
    );
  });

  it('is WebVTT, in which no spoken text can be read as a tag', async () => {
    expect(await textOf(id, 'vtt')).toBe(
      [
        'WEBVTT\n',
        '00:00:00.000 --> 00:00:01.000\nFirst part.\n',
        '00:00:04.000 --> 00:00:04.380\nSecond part.\n',
        '00:00:04.380 --> 00:00:05.380\nIt has two sentences!\n',
        '00:00:06.000 --> 00:00:07.000\nThird: a &lt; b &amp; c &gt; d.\n',
        '00:00:08.000 --> 00:00:09.000\nAt the same place, but later.\n',
      ].join('\n'),
    );
  });

  it.each([
    ['text', 'text/plain; charset=utf-8'],
    ['json', 'application/json; charset=utf-8'],
    ['srt', 'application/x-subrip; charset=utf-8'],
    ['vtt', 'text/vtt; charset=utf-8'],
  ])('has its content type: %s', async (format, contentType) => {
    const { headers } = await transcript(id, `?format=${format}`);
    expect(headers.get('content-type')).toBe(contentType);
  });

  it('equals the conversation’s transcript after finalization', async () => {
    const before = {
      text: await textOf(id, 'text'),
      srt: await textOf(id, 'srt'),
      vtt: await textOf(id, 'vtt'),
      json: await textOf(id, 'json'),
    };
    await world.api.finish(id);
    const conversation = await world.api.finalizedConversation(id);

    expect(conversation.transcript).toBe(before.text);
    expect({
      text: await textOf(id, 'text'),
      srt: await textOf(id, 'srt'),
      vtt: await textOf(id, 'vtt'),
      json: await textOf(id, 'json'),
    }).toEqual({ ...before, json: { ...(before.json as object), status: 'finalized' } });
  });
});

describe('the words of a transcript', () => {
  /** Makes a conversation of one chunk, whose heard text the correction replaces. */
  async function corrected(heard: string, text: string, settings: object = {}) {
    const { id } = await world.api.createConversation(settings);
    const audioUrl = host.newUrl();
    const { faults } = world.simulator;
    const outcome = { kind: 'outcome', status: 'completed', text: heard } as const;
    faults.add({ operation: 'submit', match: { audioUrlContains: audioUrl }, effect: outcome });
    const answer = JSON.stringify({ corrected_transcript: text, note: '' });
    faults.add({ operation: 'correct', effect: { kind: 'text', text: answer }, times: 1 });
    const { body } = await world.api.post<ChunkResponse>(`/api/conversations/${id}/chunks`, { audioUrl });
    const chunk = await world.api.settledChunk(body.id);
    expect(chunk.transcript).toBe(text);
    const { chunks } = (await textOf(id, 'json')) as { chunks: { words: HeardWord[] }[] };
    return { heard: recognizedWords(chunk), words: chunks[0]?.words ?? [] };
  }

  it('keep their times where the correction left them alone, and share those of the words that it replaced', async () => {
    const { heard, words } = await corrected(
      'we met in amsterdan yesterday',
      'We met in Amsterdam, yesterday.',
    );
    expect(heard).toHaveLength(5);
    expect(words).toEqual(
      heard.map(({ start, end, confidence }, index) =>
        index === 3
          ? { text: 'Amsterdam,', start, end, interpolated: true }
          : { text: ['We', 'met', 'in', '', 'yesterday.'][index], start, end, confidence },
      ),
    );
  });

  it('keep their times beside redacted words, and no redacted word', async () => {
    const { heard, words } = await corrected(
      'call 06 12345678 now please',
      'Call <redacted_phone> now, please.',
      { redactPii: true },
    );
    expect(heard.map(({ text }) => text)).toEqual(['call', '<redacted_phone>', 'now', 'please']);
    expect(words.map(({ text }) => text)).toEqual(['Call', '<redacted_phone>', 'now,', 'please.']);
    expect(words.map(({ start, end }) => [start, end])).toEqual(heard.map(({ start, end }) => [start, end]));
  });

  it('share the time of their text where no recognized word may be kept', async () => {
    const { heard, words } = await corrected('my name is jan', 'My name is <redacted_name>.', {
      anonymize: true,
    });
    expect(heard).toEqual([]);
    expect(words.map(({ text }) => text)).toEqual(['My', 'name', 'is', '<redacted_name>.']);
    expect(words.every((word) => 'interpolated' in word)).toBe(true);
  });
});

describe('a transcript', () => {
  it('holds the chunks that are completed so far', async () => {
    const open = await openSubmission(world, host);
    expect(await textOf(open.conversationId, 'text')).toBe('');
    const second = await spokenChunk(open.conversationId, 'The second is ready.');
    expect(await textOf(open.conversationId, 'text')).toBe('The second is ready.');

    await world.simulator.assemblyai.finish(open.transcriptId);
    const first = await world.api.settledChunk(open.chunk.id);

    expect(await textOf(open.conversationId, 'text')).toBe(
      `${first.transcript ?? ''}\n\n${second.transcript ?? ''}`,
    );
  });

  it('is empty in every format while there is no text, and says so when it is final', async () => {
    const { id } = await world.api.createConversation();
    const empty = { conversationId: id, chunks: [] };
    expect(await textOf(id, 'text')).toBe('');
    expect(await textOf(id, 'json')).toEqual({ ...empty, status: 'open', transcript: '' });
    expect(await textOf(id, 'srt')).toBe('');
    expect(await textOf(id, 'vtt')).toBe('WEBVTT\n');

    await world.api.finish(id);
    const conversation = await world.api.finalizedConversation(id);

    expect(conversation.transcript).toBe(NOTHING);
    expect(await textOf(id, 'text')).toBe(NOTHING);
    expect(await textOf(id, 'json')).toEqual({ ...empty, status: 'finalized', transcript: NOTHING });
    expect(await textOf(id, 'srt')).toBe('');
    expect(await textOf(id, 'vtt')).toBe('WEBVTT\n');
  });

  it('of silent chunks only is as empty as one without chunks', async () => {
    const { id } = await world.api.createConversation();
    await spokenChunk(id, '');
    await world.api.finish(id);
    expect((await world.api.finalizedConversation(id)).transcript).toBe(NOTHING);
    expect(await textOf(id, 'text')).toBe(NOTHING);
    expect(await textOf(id, 'srt')).toBe('');
  });

  it.each([['only'], ['beside silent ones']])('says so when chunks failed, %s', async (which) => {
    const { id } = await world.api.createConversation();
    if (which !== 'only') await spokenChunk(id, '');
    const audioUrl = host.newUrl();
    world.simulator.faults.add(
      {
        operation: 'submit',
        match: { audioUrlContains: audioUrl },
        effect: {
          kind: 'outcome',
          status: 'error',
          error: 'Transcoding failed. File does not appear to contain audio.',
        },
      },
      { operation: 'listen', effect: { kind: 'status', status: 400 }, times: 1 },
    );
    expect(await settledChunk(world, id, audioUrl)).toMatchObject({ status: 'failed' });
    await world.api.finish(id);
    const conversation = await world.api.finalizedConversation(id);
    const total = which === 'only' ? 1 : 2;
    expect(conversation).toMatchObject({
      transcript: '[Nothing could be transcribed]',
      summary: null,
      summaryError: `nothing could be transcribed: 1 of ${total} chunks failed`,
    });
    expect(await textOf(id, 'text')).toBe(conversation.transcript);
    expect(await textOf(id, 'json')).toMatchObject({ transcript: conversation.transcript });
    expect(await textOf(id, 'srt')).toBe('');
  });

  it('keeps every script as it was written', async () => {
    const { id } = await world.api.createConversation();
    await spokenChunk(id, 'Ça va? 会議は七時です。 👩‍👩‍👧 שלום.');
    expect(await textOf(id, 'text')).toBe('Ça va? 会議は七時です。 👩‍👩‍👧 שלום.');
    const srt = await textOf(id, 'srt');
    for (const part of ['Ça va?', '会議は七時です。', '👩‍👩‍👧 שלום.']) expect(srt).toContain(part);
  });

  it.each(['pdf', 'TEXT', '', 'text,json', 'json%00', 'text&format=json', 'constructor'])(
    'is refused in the format %s',
    async (format) => {
      const { id } = await world.api.createConversation();
      expectError(await transcript(id, `?format=${format}`), 400);
    },
  );
});
