import type { ServerResponse } from 'node:http';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { errorMessage } from '../errors/error-message.js';
import { Metrics } from '../observability/metrics.js';
import { ChangeReader } from './change-reader.js';
import { type ChangePage, ChangesRepository, PAGE } from './changes.repository.js';
import { type Cursor, isAfter } from './cursor.js';
import { type ChangeFilter, StreamClient } from './stream-client.js';

/** Streams of a process: each takes a connection and some kilobytes, also while nothing happens. */
const MAX_STREAMS = 2_000;
/** Proxies close connections that are silent for a minute; a client should notice a dead one. */
const HEARTBEAT_MS = 15_000;
/**
 * A stream ends after that time, and its client connects again. So a key or a session that is no
 * longer valid ends the stream as well, and streams move to processes that have started since.
 */
const MAX_STREAM_MS = 600_000;
/**
 * Changes that are read for a client that was away. To load everything again costs less than more
 * of them.
 */
const MAX_MISSED_CHANGES = 20 * PAGE;

/** Connects clients of the stream with the reader of changes. */
@Injectable()
export class Streams implements OnModuleInit {
  private readonly logger = new Logger(Streams.name);
  private readonly clients = new Set<StreamClient>();
  private lastPage: Promise<unknown> = Promise.resolve();
  private isClosing = false;

  constructor(
    private readonly changes: ChangesRepository,
    private readonly reader: ChangeReader,
    private readonly metrics: Metrics,
    private readonly http: HttpAdapterHost,
  ) {}

  /** Ends all streams when the server begins to close, which would wait for them otherwise. */
  onModuleInit(): void {
    const server = this.http.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('preClose', (done) => {
      this.isClosing = true;
      for (const client of this.clients) client.endAtOnce();
      done();
    });
    const heartbeat = setInterval(() => {
      for (const client of this.clients) client.beat();
    }, HEARTBEAT_MS).unref();
    server.addHook('onClose', (_instance, done) => {
      clearInterval(heartbeat);
      done();
    });
  }

  get areFull(): boolean {
    return this.clients.size >= MAX_STREAMS;
  }

  /** Fails while changes cannot be read, so that a client gets an error and no empty stream. */
  async prepare(): Promise<void> {
    await this.reader.start();
  }

  /**
   * Streams changes to a client until it leaves.
   *
   * @param response with its head written
   * @param after the last event that the client has; undefined: it wants what happens from now on
   */
  async connect(
    response: ServerResponse,
    { filter, after }: { filter: ChangeFilter; after?: Cursor },
  ): Promise<void> {
    const client = new StreamClient(response, filter);
    if (this.isClosing) client.end();
    if (client.isClosed) return;
    this.clients.add(client);
    this.metrics.streamClients.set(this.clients.size);
    const lifetime = setTimeout(() => {
      client.end();
    }, MAX_STREAM_MS).unref();
    response.once('close', () => {
      clearTimeout(lifetime);
      this.reader.remove(client);
      this.clients.delete(client);
      this.metrics.streamClients.set(this.clients.size);
    });
    try {
      if (after !== undefined && (await this.catchUp(client, after))) return;
      await this.reader.start();
      if (after === undefined) client.open(this.reader.position);
      else client.reset(this.reader.position);
      this.follow(client);
    } catch (error) {
      this.logger.warn(`a client gets what it missed when it connects again: ${errorMessage(error)}`);
      client.end();
    }
  }

  /**
   * Sends what a client has missed, until it has all that the reader has read, and lets it follow.
   *
   * @returns false when changes may be missing, or are too many
   */
  private async catchUp(client: StreamClient, after: Cursor): Promise<boolean> {
    client.open(after);
    let position = after;
    let missed = 0;
    for (;;) {
      const page = await this.readPage(position);
      await this.reader.start();
      missed += page.changes.length;
      if (page.isIncomplete || missed > MAX_MISSED_CHANGES) return false;
      client.onPage(page);
      position = page.end;
      if (!page.isFull && !isAfter(this.reader.position, position)) {
        this.follow(client);
        return true;
      }
      if (client.isClosed) return true;
      await client.drained();
    }
  }

  /**
   * Must be called in the same turn of the event loop in which the client was brought to the
   * reader's position, so that no page comes between.
   */
  private follow(client: StreamClient): void {
    if (!client.isClosed) this.reader.add(client);
  }

  /** One page at a time: when all clients come back at once, others still get connections. */
  private readPage(after: Cursor): Promise<ChangePage> {
    const page = this.lastPage.then(() => this.changes.page(after));
    this.lastPage = Promise.allSettled([page]);
    return page;
  }
}
