import { BadRequestException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { HttpUrl } from './http-url.decorator.js';
import { validateBody } from './validation.js';

const MAX_LENGTH = 60;

class Request {
  @HttpUrl(MAX_LENGTH)
  url!: string;
}

async function read(url: unknown): Promise<string | string[]> {
  try {
    return (await validateBody(Request, { url })).url;
  } catch (error) {
    if (!(error instanceof BadRequestException)) throw error;
    return (error.getResponse() as { message: string[] }).message;
  }
}

describe('a URL', () => {
  it.each([
    ['https://example.org/a.mp3?x=%20y', 'https://example.org/a.mp3?x=%20y'],
    ['HTTPS://EXAMPLE.org/A.mp3', 'https://example.org/A.mp3'],
    ['https://example.org', 'https://example.org/'],
    [' https://example.org/the first.mp3 ', 'https://example.org/the%20first.mp3'],
    ['https://exämple.org/größe', 'https://xn--exmple-cua.org/gr%C3%B6%C3%9Fe'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
  ])('%j is stored as %s', async (url, href) => {
    expect(await read(url)).toBe(href);
  });

  it.each([
    'receiver',
    '/a.mp3',
    'ftp://example.org/a.mp3',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://',
    'https:///a.mp3',
    'https:/example.org/a.mp3',
    'https:example.org',
    'https://example.org/a\r\nb',
    'https://example.org/a\tb',
    'https://exa mple.org/',
    'https://example.org/\u0000',
    'https://example.org/\ud800',
    '',
    5,
    null,
    undefined,
  ])('is refused: %j', async (url) => {
    expect(await read(url)).toEqual(['url must be an http or https URL']);
  });

  it.each(['http://user:pass@example.org/', 'http://user@example.org/', 'HTTP://:pass@example.org/'])(
    'is refused with credentials: %s',
    async (url) => {
      expect(await read(url)).toEqual(['url must be an http or https URL without a user name or password']);
    },
  );

  it('is measured in its encoded form', async () => {
    expect(await read(`https://example.org/${'ö'.repeat(10)}`)).toEqual([
      `url must be a URL of at most ${MAX_LENGTH} characters`,
    ]);
  });
});
