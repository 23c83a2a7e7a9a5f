import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { callbackUrl, submissionIdOf } from './callback-url.js';

describe('callbackUrl', () => {
  it.each([
    ['https://a.example/hook', 'https://a.example/hook?submission=s-1'],
    ['https://a.example', 'https://a.example?submission=s-1'],
    ['https://a.example/hook&', 'https://a.example/hook&?submission=s-1'],
    ['https://a.example/hook?', 'https://a.example/hook?submission=s-1'],
    [
      'https://a.example/hook?tenant=a%20b&x=%2B+',
      'https://a.example/hook?tenant=a%20b&x=%2B+&submission=s-1',
    ],
    ['https://a.example/hook?tenant=7&', 'https://a.example/hook?tenant=7&submission=s-1'],
    ['https://a.example/hook?tenant=7#part', 'https://a.example/hook?tenant=7&submission=s-1'],
  ])('keeps %s unchanged and adds the submission', (base, expected) => {
    expect(callbackUrl(base, 's-1')).toBe(expected);
  });

  it('preserves any submission id, whatever the configured query is', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.uuid(), (base, id) => {
        expect(submissionIdOf(callbackUrl(base, id))).toBe(id);
      }),
    );
  });
});

describe('submissionIdOf', () => {
  it('uses the last one when the configured URL has a parameter of the same name', () => {
    expect(submissionIdOf(callbackUrl('https://a.example/?submission=theirs', 'ours'))).toBe('ours');
  });

  it.each([null, undefined, '', 'no url', 'http://deleted_by_user', 'https://a.example/?submission='])(
    'finds none in %p',
    (url) => {
      expect(submissionIdOf(url)).toBeUndefined();
    },
  );
});
