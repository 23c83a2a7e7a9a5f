import { HttpException, HttpStatus } from '@nestjs/common';

/** One address has come too often without a right key. */
export class TooManyRequestsError extends HttpException {
  override readonly name = 'TooManyRequestsError';

  /** @param retryAfterSeconds what the header Retry-After says */
  constructor(readonly retryAfterSeconds: number) {
    super(
      `too many requests without a valid key from this address; come again in ${retryAfterSeconds} s`,
      HttpStatus.TOO_MANY_REQUESTS,
    );
  }
}
