import { describe, expect, it } from 'vitest';
import { ApiError } from './client';
import { mayPass, pauseMs } from './retry';

describe('the next try', () => {
  it.each([0, 401, 408, 429, 500, 503, 507])('follows an answer of %i', (status) => {
    expect(mayPass(new ApiError(status, 'any', [], null))).toBe(true);
  });

  it.each([400, 404, 409, 410, 413, 415])('does not follow an answer of %i', (status) => {
    expect(mayPass(new ApiError(status, 'any', [], null))).toBe(false);
  });

  it('does not follow an error of the page itself', () => {
    expect(mayPass(new TypeError('a mistake'))).toBe(false);
  });

  it('comes after pauses that double up to half a minute', () => {
    expect([1, 2, 3, 5, 6, 40].map(pauseMs)).toEqual([1_000, 2_000, 4_000, 16_000, 30_000, 30_000]);
  });
});
