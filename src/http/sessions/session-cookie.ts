// Adds the types of cookies to those of Fastify.
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_SECONDS } from './sessions.repository.js';

const SESSION_COOKIE = 'ringback_session';
/** 32 bytes in base64url; anything else was not made here, and needs no look-up. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** @returns the token of the request's session cookie, when it has the form of one */
export function sessionToken(request: FastifyRequest): string | undefined {
  const value = request.cookies[SESSION_COOKIE];
  return value !== undefined && TOKEN.test(value) ? value : undefined;
}

export function setSessionCookie(reply: FastifyReply, token: string): void {
  void reply.setCookie(SESSION_COOKIE, token, { ...attributesOf(reply), maxAge: SESSION_SECONDS });
}

export function removeSessionCookie(reply: FastifyReply): void {
  void reply.clearCookie(SESSION_COOKIE, attributesOf(reply));
}

/** Scripts cannot read the cookie, and a browser sends it with requests of our own pages only. */
function attributesOf({ request }: FastifyReply) {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    // A browser would not keep a secure cookie of a service that it reaches without TLS.
    secure: request.protocol === 'https',
  } as const;
}
