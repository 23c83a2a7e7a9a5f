import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Api } from '../support/api.js';
import { AudioHost } from '../support/audio-host.js';
import { ServiceProcess } from '../support/service-process.js';
import { World } from '../support/test-service.js';

/** Subtitles of this many words take longer than any other request, and need a thread. */
const WORDS = 30_000;
/** Number of requests that are answered meanwhile. */
const OTHER_REQUESTS = 10;
/** Subtitles that in total take longer than the service waits for its last requests. */
const MANY_WORDS = 500_000;
const MANY_REQUESTS = 20;

let world: World;
let service: ServiceProcess;
let host: AudioHost;
let api: Api;

beforeEach(async () => {
  [world, host] = await Promise.all([World.start(), AudioHost.start()]);
  await world.stopService();
  service = await ServiceProcess.start(world.env());
  api = new Api(`http://127.0.0.1:${world.port}`);
});

afterEach(async () => {
  await service.stop('SIGKILL');
  await host.stop();
  await world.stop();
});

async function conversation(words: number): Promise<string> {
  const { id } = await api.createConversation();
  const audioUrl = host.newUrl();
  world.simulator.faults.add({
    operation: 'submit',
    match: { audioUrlContains: audioUrl },
    effect: { kind: 'outcome', text: 'a '.repeat(words), timedWords: 10 },
  });
  const { body } = await api.post<{ id: string }>(`/api/conversations/${id}/chunks`, { audioUrl });
  await api.settledChunk(body.id);
  return id;
}

function subtitlesOf(id: string): Promise<Response> {
  return fetch(`${api.url}/api/conversations/${id}/transcript?format=srt`);
}

describe('subtitles of a long conversation', () => {
  it('have every word, and do not block other requests', async () => {
    const id = await conversation(WORDS);
    const order: string[] = [];

    const answer = subtitlesOf(id).finally(() => order.push('subtitles'));
    for (let request = 0; request < OTHER_REQUESTS; request += 1) {
      expect((await api.get('/health/live')).status).toBe(200);
      order.push('another');
    }

    expect((await (await answer).text()).match(/\ba\b/g)).toHaveLength(WORDS);
    expect(order).toEqual([...Array<string>(OTHER_REQUESTS).fill('another'), 'subtitles']);
  });

  it('do not prevent the service from stopping', async () => {
    const id = await conversation(MANY_WORDS);
    const answers = Array.from({ length: MANY_REQUESTS }, () =>
      subtitlesOf(id).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    await api.get('/health/live');

    expect(await service.stop()).toBe(0);
    expect(await Promise.all(answers)).toContain(false);
  });
});
