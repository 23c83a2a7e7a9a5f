import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import {
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../../config/app-config.js';
import { SkipApiKey } from '../api-key-check.js';
import { RateLimits } from '../rate-limits.js';
import { KnownKeys } from './known-keys.js';
import { requireNoForeignOrigin } from './own-origin.js';
import { removeSessionCookie, sessionToken, setSessionCookie } from './session-cookie.js';
import { SESSION_PATH } from './session-body-limit.js';
import { SessionResponse, SignInRequest, SignInResponse } from './session.dto.js';
import { SessionsRepository } from './sessions.repository.js';

/** The login of the console: a cookie that stands for an API key. */
@ApiTags('session')
@Controller(SESSION_PATH)
export class SessionController {
  private readonly keys: KnownKeys;

  constructor(
    config: AppConfig,
    private readonly sessions: SessionsRepository,
    private readonly limits: RateLimits,
  ) {
    this.keys = new KnownKeys(config.http.apiKeys);
  }

  @Post()
  @SkipApiKey()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Sign in to the console with an API key',
    description:
      'Sets the cookie `ringback_session`, which stands for the key in a browser. Requests that change something with the ' +
      'cookie need the `Origin` of this service. Without API_KEYS no login is needed, and nothing is set.',
  })
  @ApiOkResponse({ type: SignInResponse })
  @ApiUnauthorizedResponse({ description: 'This is not a valid API key' })
  @ApiForbiddenResponse({ description: 'The request comes from a page of another origin' })
  @ApiTooManyRequestsResponse({ description: 'Too many wrong keys from one address' })
  async signIn(
    @Body() { apiKey }: SignInRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignInResponse> {
    requireNoForeignOrigin(request);
    if (this.keys.isEmpty) return { name: null, expiresAt: null };
    const key = this.keys.find(apiKey);
    if (key === undefined) return this.limits.refuse(request, reply, 'this is not a valid API key');
    request.apiKeyName = key.name;
    const previous = sessionToken(request);
    if (previous !== undefined) await this.sessions.end(previous);
    const { token, expiresAt } = await this.sessions.start(key.digest);
    setSessionCookie(reply, token);
    return { name: key.name, expiresAt: expiresAt.toISOString() };
  }

  @Get()
  @SkipApiKey()
  @ApiOperation({ summary: 'Whether a login is required, and whether this browser has one' })
  @ApiOkResponse({ type: SessionResponse })
  @ApiTooManyRequestsResponse({ description: 'Too many wrong keys and sessions from one address' })
  async read(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    const required = !this.keys.isEmpty;
    const token = sessionToken(request);
    if (!required || token === undefined) return { signedIn: false, required, name: null, expiresAt: null };
    const session = await this.sessions.find(token);
    const key = session && this.keys.findByDigest(session.keyDigest);
    if (session !== undefined && key !== undefined) {
      return { signedIn: true, required, name: key.name, expiresAt: session.expiresAt.toISOString() };
    }
    // Counted like other wrong keys, so that tokens cannot be tried here without limit.
    await this.limits.countUnknownCaller(request, reply);
    return { signedIn: false, required, name: null, expiresAt: null };
  }

  @Delete()
  @SkipApiKey()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Sign out: end the session and remove its cookie',
    description: 'May be repeated.',
  })
  @ApiNoContentResponse({ description: 'There is no session any more' })
  @ApiForbiddenResponse({ description: 'The request comes from a page of another origin' })
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    requireNoForeignOrigin(request);
    const token = sessionToken(request);
    if (token !== undefined) await this.sessions.end(token);
    removeSessionCookie(reply);
  }
}
