import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audioInMemory, type RandomAccessAudio } from '../access/random-access-audio.js';
import { recording, wavFile } from '../testing/sound-files.js';
import { MediaParser } from './media-parser.js';
import { ThreadLostError } from './media-thread.js';

let parser: MediaParser;

beforeEach(() => {
  parser = new MediaParser();
});

afterEach(async () => {
  await parser.onApplicationShutdown();
});

function facts(audio: RandomAccessAudio, signal = new AbortController().signal) {
  return parser.run('facts', { input: null, audio, signal });
}

describe('a parser in a thread', () => {
  it('reads many recordings at once', async () => {
    const seconds = [1, 2, 3, 4, 5, 6, 7, 8];

    const found = await Promise.all(
      seconds.map((length) => facts(audioInMemory(wavFile({ seconds: length })))),
    );

    expect(found).toMatchObject(seconds.map((length) => ({ facts: { seconds: length } })));
  });

  it.each(['endless.aac', 'endless.webm'])(
    'gives up a file that keeps the library busy forever, and no other: %s',
    async (name) => {
      const endless = facts(audioInMemory(await recording(name)));
      const others = [1, 2, 3].map((seconds) => facts(slow(wavFile({ seconds }))));

      await expect(endless).rejects.toThrow(ThreadLostError);
      expect(await Promise.all(others)).toMatchObject([1, 2, 3].map((seconds) => ({ facts: { seconds } })));
      expect(await facts(audioInMemory(wavFile({ seconds: 4 })))).toMatchObject({ facts: { seconds: 4 } });
    },
  );

  it('does not know a recording that cannot be read', async () => {
    const failing: RandomAccessAudio = { bytes: 1_000, read: () => Promise.reject(new Error('no disk')) };

    expect(await facts(failing)).toEqual({ kind: 'unknown' });
  });

  it('ends with the reason of its caller, and stops reading', async () => {
    const caller = new AbortController();
    let aborted: unknown;
    const silent: RandomAccessAudio = {
      bytes: 1_000,
      read: (_range, signal) => {
        caller.abort(new Error('not wanted any more'));
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(new Error('aborted'));
          });
        });
      },
    };

    await expect(facts(silent, caller.signal)).rejects.toThrow('not wanted any more');
    expect(aborted).toBe(true);
  });
});

/** A recording whose reads are answered after the other files of the test have been sent. */
function slow(file: Buffer): RandomAccessAudio {
  const audio = audioInMemory(file);
  return {
    bytes: audio.bytes,
    read: async (range, signal) => {
      for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return audio.read(range, signal);
    },
  };
}
