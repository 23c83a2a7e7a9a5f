import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readApiKeys } from './api-keys.js';

const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');

function read(...entries: string[]) {
  const problems: string[] = [];
  const keys = readApiKeys(entries, (problem) => problems.push(problem));
  return { keys, problems };
}

describe('an entry of API_KEYS', () => {
  it('is a key itself, and is called by its place', () => {
    expect(read('first', 'second')).toEqual({
      keys: [
        { name: 'key 1', sha256: sha256('first') },
        { name: 'key 2', sha256: sha256('second') },
      ],
      problems: [],
    });
  });

  it('is a name and a hash, in small or capital letters', () => {
    const digest = sha256('first');

    expect(read(`frontend=sha256:${digest.toUpperCase()}`)).toEqual({
      keys: [{ name: 'frontend', sha256: digest }],
      problems: [],
    });
  });

  it.each(['a:b', 'a=b', 'abc==', 'sha256:00', 'a b=sha256:00', '=sha256:00'])(
    'is a key itself when it only looks like something else: %s',
    (entry) => {
      expect(read(entry)).toEqual({ keys: [{ name: 'key 1', sha256: sha256(entry) }], problems: [] });
    },
  );

  it.each(['', '00', 'g'.repeat(64), 'a'.repeat(63), 'a'.repeat(65)])(
    'is refused when its hash is none: %j',
    (digest) => {
      const { problems } = read(`frontend=sha256:${digest}`);

      expect(problems).toEqual([expect.stringMatching(/^has no SHA-256 for frontend; give its 64/)]);
    },
  );

  it('is refused when its name is taken', () => {
    const { problems } = read(`a=sha256:${sha256('1')}`, `a=sha256:${sha256('2')}`);

    expect(problems).toEqual([expect.stringMatching(/^has two keys of the name a;/)]);
  });
});
