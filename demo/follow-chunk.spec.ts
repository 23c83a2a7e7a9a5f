import { describe, expect, it } from 'vitest';
import { ChunkFailedError, followChunk, type ChunkFacts } from './follow-chunk.js';

const aChunk = (changes: Partial<ChunkFacts>): ChunkFacts => ({
  status: 'queued',
  transcript: null,
  error: null,
  diarization: null,
  ...changes,
});

const completed = aChunk({
  status: 'completed',
  transcript: 'corrected',
  diarization: { schema: 'Dembrane-25-09', data: { note: '', raw: { text: 'heard' }, error: null } },
});

describe('following a chunk', () => {
  const follow = async (...answers: ChunkFacts[]) => {
    const news: string[] = [];
    const followed = followChunk(() => Promise.resolve(answers.shift() ?? aChunk({})), {
      onState: (status) => news.push(status),
      onHeard: (text) => news.push(`heard: ${text}`),
      onCorrected: (text) => news.push(`corrected: ${text}`),
    });
    const [{ status }] = await Promise.allSettled([followed]);
    return { news, status, followed };
  };

  it('reports each state once, and the first-stage text while it is available', async () => {
    const correcting = aChunk({ status: 'correcting', transcript: 'partial' });
    const { news } = await follow(
      aChunk({}),
      aChunk({ status: 'transcribing' }),
      correcting,
      correcting,
      completed,
    );
    expect(news).toEqual([
      'queued',
      'transcribing',
      'correcting',
      'heard: partial',
      'completed',
      'corrected: corrected',
    ]);
  });

  it('also reports states that had passed before the first read', async () => {
    const { news } = await follow(completed);
    expect(news).toEqual([
      'queued',
      'transcribing',
      'correcting',
      'heard: heard',
      'completed',
      'corrected: corrected',
    ]);
  });

  it('ends with the reason when the chunk fails', async () => {
    const { news, followed } = await follow(aChunk({}), aChunk({ status: 'failed', error: 'no speech' }));
    expect(news).toEqual(['queued', 'failed']);
    await expect(followed).rejects.toThrow(new ChunkFailedError('no speech'));
  });
});
