import { HttpException, HttpStatus } from '@nestjs/common';

/** One address has sent too many requests without a valid key. */
export class TooManyRequestsError extends HttpException {
  override readonly name = 'TooManyRequestsError';

  /** @param retryAfterSeconds value of the header Retry-After */
  constructor(readonly retryAfterSeconds: number) {
    super(
      `too many requests without a valid key from this address; come again in ${retryAfterSeconds} s`,
      HttpStatus.TOO_MANY_REQUESTS,
    );
  }
}
