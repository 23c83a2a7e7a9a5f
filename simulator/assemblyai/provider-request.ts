import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../exchange.js';

/** A request to the simulated provider whose key has been checked. */
export interface ProviderRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The answer to an invalid key; null when the key is valid. */
  readonly refusal: Answer | null;
}

export const badRequest = (error: string): Answer => ({ status: 400, body: { error } });
