import { Module } from '@nestjs/common';
import { RateLimits } from './rate-limits.js';
import { SessionController } from './sessions/session.controller.js';
import { SessionsRepository } from './sessions/sessions.repository.js';

/** Access to the API: rate limits, and the sessions of the console. */
@Module({ controllers: [SessionController], providers: [RateLimits, SessionsRepository] })
export class HttpApiModule {}
