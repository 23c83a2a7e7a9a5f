import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../exchange.js';

/** A request to the simulated provider, its key already judged. */
export interface ProviderRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** What a bad key is answered; null when the key is good. */
  readonly refusal: Answer | null;
}

export const badRequest = (error: string): Answer => ({ status: 400, body: { error } });
