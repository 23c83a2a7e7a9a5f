import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { recording, wavFile } from '../testing/sound-files.js';
import { audioInMemory, type RandomAccessAudio } from '../access/random-access-audio.js';
import { readFacts } from './read-facts.js';

const HOURS_BYTES = 200_000_000;

/** Counts the bytes that are read of a recording. */
function counted(audio: RandomAccessAudio) {
  const total = { bytes: 0 };
  const read: RandomAccessAudio['read'] = async (range, signal) => {
    total.bytes += range.end - range.start + 1;
    return audio.read(range, signal);
  };
  return { audio: { bytes: audio.bytes, read }, total };
}

/** A recording of `bytes` that starts with `head`, and goes on with `period` again and again. */
function repeating(head: Buffer, period: Buffer, bytes: number): RandomAccessAudio {
  return {
    bytes,
    read: async ({ start, end }) => {
      await sleep(0);
      const read = Buffer.alloc(end - start + 1);
      for (let index = 0; index < read.length; index += 1) {
        const place = start + index;
        read[index] =
          (place < head.length ? head[place] : period[(place - head.length) % period.length]) ?? 0;
      }
      return read;
    },
  };
}

async function secondsOf(audio: RandomAccessAudio): Promise<number | null | undefined> {
  const finding = await readFacts(audio);
  return finding.kind === 'facts' ? finding.facts.seconds : undefined;
}

describe('facts of a recording of hours', () => {
  it('are read from some kilobytes, for a WAV', async () => {
    const head = wavFile({ seconds: 0.1, dataBytes: HOURS_BYTES });
    const { audio, total } = counted(repeating(head, Buffer.from([1, 2]), HOURS_BYTES));

    expect(await secondsOf(audio)).toBeCloseTo((HOURS_BYTES - 44) / 16_000, 3);
    expect(total.bytes).toBeLessThan(400_000);
  });

  it('are read behind a large tag, for an MP3 of a constant bit rate without a Xing tag', async () => {
    const frames = await recording('cbr-untagged.mp3');
    const { audio, total } = counted(repeating(frames, frames, HOURS_BYTES));

    expect(await secondsOf(audio)).toBeCloseTo(HOURS_BYTES / 4_000, 0);
    expect(total.bytes).toBeLessThan(400_000);
  });

  it('lack the length, for an MP3 of a variable bit rate without a Xing tag', async () => {
    const frames = await recording('vbr-untagged.mp3');
    const { audio, total } = counted(repeating(frames, frames, HOURS_BYTES));

    expect(await secondsOf(audio)).toBeNull();
    expect(total.bytes).toBeLessThan(400_000);
  });

  it('lack the length, for an MP3 that was joined from files with Xing tags', async () => {
    const file = await recording('vbr.mp3');

    expect(await secondsOf(repeating(file, file, HOURS_BYTES))).toBeNull();
  });

  it('lack the length, for AAC without a container', async () => {
    const frames = await recording('adts.aac');
    const { audio, total } = counted(repeating(frames, frames, HOURS_BYTES));

    expect(await readFacts(audio)).toMatchObject({ facts: { container: 'adts', seconds: null } });
    expect(total.bytes).toBeLessThan(400_000);
  });
});

describe('a recording whose facts cannot be read', () => {
  it.each(['index-first.m4a', 'opus.webm', 'opus.ogg', 'flac.flac', 'vbr.mp3', 'adts.aac', 'film.mp4'])(
    'is never an error, wherever it is cut or damaged: %s',
    async (name) => {
      const whole = await recording(name);
      for (let share = 1; share < 24; share += 1) {
        const length = Math.ceil((whole.length * share) / 24);
        const damaged = Buffer.from(whole);
        damaged.fill(share * 11, length, length + 40);

        await expect(readFacts(audioInMemory(whole.subarray(0, length)))).resolves.toBeDefined();
        await expect(readFacts(audioInMemory(damaged))).resolves.toBeDefined();
      }
    },
  );

  it('has no length when it is a FLAC with a large cover and without sound', async () => {
    const headers = await recording('empty.flac');
    const padding = Buffer.concat([Buffer.from([1, 0, 0x80, 0]), Buffer.alloc(0x8000)]);
    // Behind the description of the stream, which is 42 bytes long with its mark.
    const padded = Buffer.concat([headers.subarray(0, 42), padding, headers.subarray(42)]);

    expect(await readFacts(audioInMemory(padded))).toMatchObject({
      facts: { container: 'flac', seconds: null },
    });
  });

  it('is unknown when the store fails', async () => {
    const failing: RandomAccessAudio = { bytes: 1_000, read: () => Promise.reject(new Error('no disk')) };

    expect(await readFacts(failing)).toEqual({ kind: 'unknown' });
  });

  it('is unknown when the store does not answer in time', async () => {
    const silent: RandomAccessAudio = {
      bytes: 1_000,
      read: (_range, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
    };

    expect(await readFacts(silent, { timeoutMs: 10 })).toEqual({ kind: 'unknown' });
  });

  it('ends with the reason of a caller who does not want it any more', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));

    await expect(readFacts(audioInMemory(wavFile({ seconds: 1 })), { signal })).rejects.toThrow('stopped');
  });
});
