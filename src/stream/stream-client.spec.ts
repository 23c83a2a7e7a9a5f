import { once } from 'node:events';
import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChangePage } from './changes.repository.js';
import { StreamClient } from './stream-client.js';

const CONVERSATION = '01890000-0000-7000-8000-000000000001';
const PROJECT = '01890000-0000-7000-8000-000000000002';

let server: http.Server;
let response: ServerResponse;
let incoming: http.IncomingMessage;

beforeEach(async () => {
  server = http.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const request = http.get({ port, host: '127.0.0.1', agent: false });
  request.on('error', () => undefined);
  const [, served] = (await once(server, 'request')) as [unknown, ServerResponse];
  response = served;
  response.flushHeaders();
  [incoming] = (await once(request, 'response')) as [http.IncomingMessage];
  incoming.on('error', () => undefined);
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function pageOf(xact: number, count = 1): ChangePage {
  return {
    changes: Array.from({ length: count }, (_item, index) => ({
      cursor: { xact: BigInt(xact), id: BigInt(index + 1) },
      kind: 'conversation',
      conversationId: CONVERSATION,
      projectId: PROJECT,
      status: 'open',
      summaryStatus: 'none',
      revision: 0,
    })),
    end: { xact: BigInt(xact + 1), id: 0n },
    isFull: false,
    isIncomplete: false,
  };
}

async function received(wanted: RegExp): Promise<string> {
  let text = '';
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    text += piece.toString('utf8');
    if (wanted.test(text)) return text;
  }
  throw new Error(`the stream ended with ${text}`);
}

describe('a client of the stream', () => {
  it('gets changes with their places, and each only once', async () => {
    const client = new StreamClient(response, {});
    client.open({ xact: 5n, id: 0n });
    client.onPage(pageOf(5));
    client.onPage(pageOf(5));
    client.beat();
    client.onPage(pageOf(6));

    const event = (place: string) =>
      `event: conversation\nid: ${place}\ndata: {"conversationId":"${CONVERSATION}","projectId":"${PROJECT}","status":"open","summaryStatus":"none","revision":0}\n\n`;
    expect(await received(/6-1[^]*\n\n$/)).toBe(
      `retry: 2000\nid: 5-0\n\n${event('5-1')}:\nid: 6-0\n\n${event('6-1')}`,
    );
  });

  it('is told to load everything again when the reader may have missed changes', async () => {
    const client = new StreamClient(response, { conversationId: CONVERSATION });
    client.open({ xact: 5n, id: 0n });
    client.onPage({ ...pageOf(7), isIncomplete: true });

    expect(await received(/data/)).toContain('event: reset\nid: 8-0\ndata: {}\n\n');
  });

  it('is disconnected when it does not read, before much waits for it', async () => {
    const client = new StreamClient(response, {});
    client.open({ xact: 5n, id: 0n });
    incoming.pause();
    const page = pageOf(6, 500);
    let mostWaiting = 0;
    for (let xact = 6; !client.isClosed; xact += 1) {
      client.onPage({ ...pageOf(xact), changes: page.changes.map((change) => moved(change, xact)) });
      if (!response.destroyed) mostWaiting = Math.max(mostWaiting, response.writableLength);
      await nextIteration();
    }

    expect(mostWaiting).toBeLessThanOrEqual(262_144);
    expect(response.destroyed).toBe(true);
  });
});

function moved(change: ChangePage['changes'][number], xact: number): ChangePage['changes'][number] {
  return { ...change, cursor: { xact: BigInt(xact), id: change.cursor.id } };
}
