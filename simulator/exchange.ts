import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BackgroundWork } from './background-work.js';
import type { BodyEffect, StatusEffect } from './fault-types.js';
import type { EffectSet } from './faults.js';
import type { Ledger, RequestRecord } from './ledger.js';
import type { Lifetime } from './lifetime.js';

/** The answer of an endpoint when no fault applies. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly effects: EffectSet;
  /** Completed by the exchanger, once the answer is known. */
  readonly record: RequestRecord;
  /** Does the requested work. Not called when a fault prevents the work. */
  readonly work: () => Promise<Answer> | Answer;
  /** Reads a streamed body to its end without doing the work. */
  readonly drain?: () => Promise<unknown>;
}

/** Answers requests, or applies their faults. */
export class Exchanger {
  constructor(
    private readonly ledger: Ledger,
    private readonly lifetime: Lifetime,
    private readonly background: BackgroundWork,
  ) {}

  async serve(exchange: Exchange): Promise<FastifyReply> {
    const { effects, reply, record, work } = exchange;
    record.fault = effects.label;
    const delay = effects.find('delay');
    if (delay !== undefined && (await this.lifetime.sleep(delay.ms)) === 'cancelled') {
      return this.cut(exchange);
    }
    const fault = effects.find('status', 'hang', 'cut', 'lostReply', 'body');
    switch (fault?.kind) {
      case undefined: {
        const answer = await work();
        this.answered(record, answer.status);
        return reply.code(answer.status).send(answer.body);
      }
      case 'hang':
        return this.hang(exchange);
      case 'cut':
        return this.cut(exchange);
      case 'lostReply':
        await work();
        return this.cut(exchange);
      case 'status':
        await this.workOrDrain(exchange, fault);
        if (fault.workDoneAfterMs !== undefined) this.workLater(exchange, fault.workDoneAfterMs);
        this.answered(record, fault.status);
        return reply
          .code(fault.status)
          .headers(fault.headers ?? {})
          .send(fault.body);
      case 'body':
        await this.workOrDrain(exchange, fault);
        this.answered(record, 200);
        return reply.code(200).type('application/json').serializer(String).send(fault.body);
    }
  }

  private async workOrDrain(exchange: Exchange, { workDone }: StatusEffect | BodyEffect): Promise<void> {
    await (workDone === true ? exchange.work() : exchange.drain?.());
  }

  private workLater({ work }: Exchange, delayMs: number): void {
    const late = async (): Promise<void> => {
      if ((await this.lifetime.sleep(delayMs)) === 'elapsed') await work();
    };
    this.background.run(late());
  }

  private answered(record: RequestRecord, status: number): void {
    record.status = status;
    this.ledger.changed();
  }

  private hang({ request, reply }: Exchange): FastifyReply {
    const { socket } = request.raw;
    const unsubscribe = this.lifetime.onEnd(() => socket.destroy());
    socket.once('close', unsubscribe);
    return reply.hijack();
  }

  private cut({ request, reply }: Exchange): FastifyReply {
    request.raw.socket.destroy();
    return reply.hijack();
  }
}
