import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Message, Passage, CrashGate } from './crash-gate.js';

/** A piece of the service's data that is forwarded as a whole. */
export interface RequestUnit {
  bytes: Buffer;
  /** Set when the server will send exactly one answer. */
  message?: Message;
}

/** A piece of the server's data that is forwarded as a whole. */
export interface AnswerUnit {
  bytes: Buffer;
  /** Whether it answers the oldest unanswered request. */
  isAnswer: boolean;
}

/** Splits the data of one connection into messages. */
export interface Protocol {
  cutRequests(data: Buffer): RequestUnit[];
  cutAnswers(data: Buffer): AnswerUnit[];
}

const JOB_ID = /(?:submit|check|correct|finalize|summarize)\.[0-9a-f]{8}-[0-9a-f]{4}-/;

/** Whether an answer contains a job of a chunk or a conversation; heartbeats have other ids. */
function bringsJob(answer: Buffer): boolean {
  return JOB_ID.test(answer.toString('latin1'));
}

/** Proxy between the service and a store that lets the crash gate decide about each message. */
export class WireProxy {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(
    private readonly target: { host: string; port: number },
    private readonly crashGate: CrashGate,
    private readonly createProtocol: () => Protocol,
  ) {
    this.server = createServer((client) => {
      this.serve(client);
    });
  }

  /** @param url URL of the server; the result's `url` leads to the proxy */
  static async start(
    url: string,
    crashGate: CrashGate,
    createProtocol: () => Protocol,
  ): Promise<{ proxy: WireProxy; url: string }> {
    const address = new URL(url);
    const proxy = new WireProxy(
      { host: address.hostname, port: Number(address.port) },
      crashGate,
      createProtocol,
    );
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    address.hostname = '127.0.0.1';
    address.port = String((proxy.server.address() as AddressInfo).port);
    return { proxy, url: address.href };
  }

  /** Cuts every connection; new ones are accepted. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
  }

  private serve(client: Socket): void {
    const upstream = connect(this.target);
    const protocol = this.createProtocol();
    const pending: Passage[] = [];
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        upstream.destroy();
        for (const passage of pending.splice(0)) this.crashGate.abandon(passage);
      });
      // A broken connection is closed as well, which is its purpose here.
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (data) => {
      for (const { bytes, message } of protocol.cutRequests(data)) {
        if (message !== undefined) {
          const passage = this.crashGate.enter(message);
          if (passage === undefined) return;
          pending.push(passage);
        }
        upstream.write(bytes);
      }
    });
    upstream.on('data', (data) => {
      for (const { bytes, isAnswer } of protocol.cutAnswers(data)) {
        const passage = isAnswer ? pending.shift() : undefined;
        if (passage !== undefined && !this.crashGate.leave(passage, bringsJob(bytes))) return;
        client.write(bytes);
      }
    });
  }
}
