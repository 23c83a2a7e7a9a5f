import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { readGoogleError } from './google-error.js';

const RETRY_INFO = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '19.5s' };
const ERROR_INFO = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' };
const ERROR = {
  code: 429,
  status: 'RESOURCE_EXHAUSTED',
  message: 'slow down',
  details: [RETRY_INFO, ERROR_INFO],
};
const READ = { status: 'RESOURCE_EXHAUSTED', reason: 'API_KEY_INVALID', retryDelaySeconds: '19.5' };

describe('readGoogleError', () => {
  it.each([
    ['the whole body', { error: ERROR }],
    ['the error alone', ERROR],
    ['a list, as streams send it', [{ error: ERROR }]],
  ])('reads %s', (_name, body) => {
    expect(readGoogleError(body)).toEqual(READ);
  });

  it('does not take free text for a code word', () => {
    expect(
      readGoogleError({
        error: { status: 'your key abc is wrong', details: [{ ...ERROR_INFO, reason: 'a b' }] },
      }),
    ).toEqual({});
  });

  it.each(['soon', '-1s', '5', '', 5])('ignores the delay %p', (retryDelay) => {
    expect(readGoogleError({ details: [{ ...RETRY_INFO, retryDelay }] }).retryDelaySeconds).toBeUndefined();
  });

  it('never throws, whatever the body', () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        expect(() => readGoogleError(body)).not.toThrow();
      }),
    );
  });
});
