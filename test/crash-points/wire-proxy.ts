import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Message, Passage, CrashGate } from './crash-gate.js';

/** A piece of what the service sends that goes on as a whole. */
export interface RequestUnit {
  bytes: Buffer;
  /** There when the server will answer it, once. */
  message?: Message;
}

/** A piece of what the server sends that goes on as a whole. */
export interface AnswerUnit {
  bytes: Buffer;
  /** Whether it answers the oldest request that has no answer yet. */
  isAnswer: boolean;
}

/** Knows where a message begins and ends, on one connection. */
export interface Protocol {
  cutRequests(data: Buffer): RequestUnit[];
  cutAnswers(data: Buffer): AnswerUnit[];
}

const JOB_ID = /(?:submit|check|correct|finalize|summarize)\.[0-9a-f]{8}-[0-9a-f]{4}-/;

/** Whether a job of a chunk or a conversation is in an answer; heartbeats have other ids. */
export function bringsJob(answer: Buffer): boolean {
  return JOB_ID.test(answer.toString('latin1'));
}

/** Stands between the service and a store, and lets whole messages through, one by one, as the crashGate says. */
export class WireProxy {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(
    private readonly target: { host: string; port: number },
    private readonly crashGate: CrashGate,
    private readonly speak: () => Protocol,
  ) {
    this.server = createServer((near) => {
      this.serve(near);
    });
  }

  /** @param url of the server that is meant; `url` of the result leads to the proxy in its place */
  static async start(
    url: string,
    crashGate: CrashGate,
    speak: () => Protocol,
  ): Promise<{ proxy: WireProxy; url: string }> {
    const address = new URL(url);
    const proxy = new WireProxy({ host: address.hostname, port: Number(address.port) }, crashGate, speak);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    address.hostname = '127.0.0.1';
    address.port = String((proxy.server.address() as AddressInfo).port);
    return { proxy, url: address.href };
  }

  /** Cuts every connection; new ones are taken. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
  }

  private serve(near: Socket): void {
    const far = connect(this.target);
    const protocol = this.speak();
    const underWay: Passage[] = [];
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => {
        this.sockets.delete(socket);
        near.destroy();
        far.destroy();
        for (const passage of underWay.splice(0)) this.crashGate.abandon(passage);
      });
      // A connection that breaks is closed as well, and that is what it is for.
      socket.on('error', () => socket.destroy());
    }
    near.on('data', (data) => {
      for (const { bytes, message } of protocol.cutRequests(data)) {
        if (message !== undefined) {
          const passage = this.crashGate.enter(message);
          if (passage === undefined) return;
          underWay.push(passage);
        }
        far.write(bytes);
      }
    });
    far.on('data', (data) => {
      for (const { bytes, isAnswer } of protocol.cutAnswers(data)) {
        const passage = isAnswer ? underWay.shift() : undefined;
        if (passage !== undefined && !this.crashGate.leave(passage, bringsJob(bytes))) return;
        near.write(bytes);
      }
    });
  }
}
