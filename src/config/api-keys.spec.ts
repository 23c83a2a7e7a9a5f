import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readApiKeys } from './api-keys.js';

const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');

function read(...entries: string[]) {
  const problems: string[] = [];
  const keys = readApiKeys(entries, (problem) => problems.push(problem));
  return { keys, problems };
}

describe('an entry of API_KEYS', () => {
  it('is a key itself, named by its position in the list', () => {
    const [first, second] = ['the-first-long-key', 'the-second-long-key'];

    expect(read(first, second)).toEqual({
      keys: [
        { name: 'key 1', sha256: sha256(first) },
        { name: 'key 2', sha256: sha256(second) },
      ],
      problems: [],
    });
  });

  it('is a name and a hash, in lower or upper case', () => {
    const digest = sha256('first');

    expect(read(`frontend=sha256:${digest.toUpperCase()}`)).toEqual({
      keys: [{ name: 'frontend', sha256: digest }],
      problems: [],
    });
  });

  it.each([
    'a-user:a-password-of-theirs',
    'a=b&c=d&e=f&g=h&i=j',
    'bm90LWEtcmVhbC1rZXk=',
    'bm90LWEtcmVhbC1rZQ==',
    'sha256-is-not-its-beginning',
    sha256('hexadecimal by itself'),
  ])('is a key itself when it only looks like something else: %s', (entry) => {
    expect(read(entry)).toEqual({ keys: [{ name: 'key 1', sha256: sha256(entry) }], problems: [] });
  });

  it.each([
    'sha256:DIGEST',
    'frontend=SHA256:DIGEST',
    'frontend=sha-256:DIGEST',
    'frontend=sha1:00',
    'frontend=sha512:00',
    'frontend=md5:00',
    '=sha256:DIGEST',
    'two words=sha256:DIGEST',
    'frontend=sha256=DIGEST',
    'frontend:sha256:DIGEST',
    'frontend = sha256 : DIGEST',
    'frontend=DIGEST',
    'frontend:DIGEST',
  ])('is refused when it is a malformed hash: %s', (form) => {
    const digest = sha256('the key');
    const { problems } = read('a-key-that-is-one', form.replace('DIGEST', digest));

    expect(problems).toEqual([
      expect.stringMatching(/^has a hash that is not written as one, in entry 2; give <name>=sha256:<64/),
    ]);
    expect(problems.join()).not.toContain(digest);
  });

  it('is marked as short when it is a key that could be guessed by trying', () => {
    const marks = (...entries: string[]) => read(...entries).keys.map(({ isShort = false }) => isShort);

    expect(marks('x', 'fifteen-letters', 'sixteen-letters-', `a=sha256:${sha256('x')}`)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it.each(['', '00', 'g'.repeat(64), 'a'.repeat(63), 'a'.repeat(65)])(
    'is refused when its hash is not a SHA-256: %j',
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
