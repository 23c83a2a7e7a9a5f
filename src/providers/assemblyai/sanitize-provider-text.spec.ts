import { describe, expect, it } from 'vitest';
import { sanitizeProviderText, withoutUrls, withoutUrlSecrets } from './sanitize-provider-text.js';

describe('sanitizeProviderText', () => {
  it.each([
    [
      'a signed URL loses its query',
      'Download error to https://b.s3.amazonaws.com/k.mp3?X-Amz-Signature=abc, 403 for url: https://b.s3.amazonaws.com/k.mp3?X-Amz-Signature=abc',
      'Download error to https://b.s3.amazonaws.com/k.mp3 403 for url: https://b.s3.amazonaws.com/k.mp3',
    ],
    ['a URL loses its fragment', 'see http://a.example/p#token=abc now', 'see http://a.example/p now'],
    ['a URL loses its credentials', 'at https://user:abc@a.example/p', 'at https://a.example/p'],
    ['a URL without scheme loses its query', 'at a.example/p?sig=abc&x=1 there', 'at a.example/p there'],
    [
      'an encoded URL loses its query',
      'at https%3A%2F%2Fa.example%2Fp%3Fsig%3Dabc',
      'at https%3A%2F%2Fa.example%2Fp',
    ],
    ['control characters and line breaks become spaces', 'a\u0000b\n\n  c\u001b[31m', 'a b c [31m'],
    [
      'personal data is replaced',
      'no speech in "call me on +31 6 12345678 or femke@example.org"',
      'no speech in "call me on <redacted_phone> or <redacted_email>"',
    ],
    ['ordinary words stay as they are', 'Audio duration is too short.', 'Audio duration is too short.'],
  ])('%s', (_rule, text, expected) => {
    expect(sanitizeProviderText(text)).toBe(expected);
  });

  it('removes our secrets that the provider echoes', () => {
    expect(sanitizeProviderText('token key-1 and key-1 are bad', ['key-1', ''])).toBe(
      'token [removed] and [removed] are bad',
    );
  });

  it('limits the length, and removes a query that crosses the limit', () => {
    const words = sanitizeProviderText(`${'x'.repeat(280)} https://a.example/p?sig=${'s'.repeat(9_000)}`);
    expect(words).toBe(`${'x'.repeat(280)} https://a.example/p`);
    expect(sanitizeProviderText('y'.repeat(9_000))).toBe(`${'y'.repeat(300)}…`);
  });
});

describe('a provider URL of any length', () => {
  // Quadratic time would take minutes and hours for these lengths.
  const lengths = [100_000, 5_000_000];
  const rows = [
    ['beginnings of URLs', 'http://'],
    ['beginnings of URLs with a user', 'https://a:b'],
    ['URLs', 'http://a.example/b'],
    ['beginnings of queries', '?a'],
    ['encoded slashes', '%2f'],
    ['spaces', ' '],
    ['letters', 'a'],
  ] as const;
  const cases = rows.flatMap(([name, piece]) => lengths.map((length) => [name, piece, length] as const));

  it.each(cases)('is unchanged without a query: %s (%j), %d characters', (_name, piece, length) => {
    const text = piece.repeat(length / piece.length);
    expect(withoutUrlSecrets(text) === text).toBe(true);
    const address = `https://a.example/${text.replaceAll('?', '/')}`;
    expect(withoutUrlSecrets(address) === address).toBe(true);
  });

  it.each(cases)('loses its query: %s (%j), %d characters', (_name, piece, length) => {
    const text = piece.repeat(length / piece.length);
    const address = `https://a.example/${text.trim().replaceAll('?', '/')}`;
    expect(withoutUrlSecrets(`${address}?sig=${text}`.trim()) === address).toBe(true);
    expect(withoutUrlSecrets('http://a.example/?a=b '.repeat(length / 20)).includes('?')).toBe(false);
  });

  it.each(cases)('is removed completely: %s (%j), %d characters', (_name, piece, length) => {
    const text = piece.repeat(length / piece.length).trim();
    expect(withoutUrls(`a https://b.example/${text} c`)).toBe('a  c');
  });
});

describe('a word longer than any URL', () => {
  const long = 'a'.repeat(20_000);

  it.each([
    ['a query without a scheme', `x ${long}?sig=1 y`, `x ${long} y`],
    ['a query and credentials', `https://u:p@h.example/${long}?sig=1#x y`, `https://h.example/${long} y`],
    ['a fragment', `https://h.example/${long}#x y`, `https://h.example/${long} y`],
    ['an encoded query', `${long}%3Fsig y https://h/?a=b`, `${long} y https://h/`],
    ['its first query with a name', `${long}?a?b?c=1`, `${long}?a?b`],
  ])('loses %s', (_what, text, clean) => {
    expect(withoutUrlSecrets(text) === clean).toBe(true);
  });

  it('loses its URL', () => {
    expect(withoutUrls(`a ${long}https://x ${long} http://y/${long} z`) === `a ${long} ${long}  z`).toBe(
      true,
    );
  });
});
