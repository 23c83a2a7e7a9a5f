import { describe, expect, it } from 'vitest';
import { asError, errorMessage } from './error-message.js';

describe('whatever was thrown', () => {
  it.each([
    ['an error', new TypeError('no such thing'), 'no such thing'],
    ['a text', 'gone', 'gone'],
    ['nothing', undefined, 'undefined'],
  ])('has a message, and can be had as an error: %s', (_what, thrown, message) => {
    expect(errorMessage(thrown)).toBe(message);
    expect(asError(thrown).message).toBe(message);
  });

  it('stays the same error', () => {
    const error = new TypeError('no such thing');
    expect(asError(error)).toBe(error);
  });
});
