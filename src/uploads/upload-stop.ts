import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { UploadLocker } from './upload-locker.js';

/**
 * Interrupts running uploads when HTTP stops: each answers with the offset that it has, from where
 * its sender goes on at another process. Waiting for gigabytes would only end in a cut.
 */
@Injectable()
export class UploadStop implements OnModuleInit {
  constructor(
    private readonly http: HttpAdapterHost,
    private readonly locker: UploadLocker,
  ) {}

  onModuleInit(): void {
    const server = this.http.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('preClose', () => this.locker.interruptAll());
  }
}
