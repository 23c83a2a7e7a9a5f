import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Api } from '../support/api.js';
import { AudioHost } from '../support/audio-host.js';
import { ServiceProcess } from '../support/service-process.js';
import { World } from '../support/test-service.js';

/** Subtitles of so many words take longer than a request for anything else, and need a thread. */
const WORDS = 100_000;
/** Subtitles that take longer than the service waits for its last requests. */
const ENDLESS_WORDS = 500_000;
const CHUNKS_OF_ENDLESS = 4;

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

async function conversation(chunks: number, words: number): Promise<string> {
  const { id } = await api.createConversation();
  for (let index = 0; index < chunks; index += 1) {
    const audioUrl = host.newUrl();
    world.simulator.faults.add({
      operation: 'submit',
      match: { audioUrlContains: audioUrl },
      effect: { kind: 'outcome', text: 'a '.repeat(words), timedWords: 10 },
    });
    const { body } = await api.post<{ id: string }>(`/api/conversations/${id}/chunks`, { audioUrl });
    await api.settledChunk(body.id);
  }
  return id;
}

function subtitlesOf(id: string): Promise<Response> {
  return fetch(`${api.url}/api/conversations/${id}/transcript?format=srt`);
}

describe('subtitles of a long conversation', () => {
  it('have every word, and let other requests through meanwhile', async () => {
    const id = await conversation(1, WORDS);
    let isAnswered = false;

    const answer = subtitlesOf(id).finally(() => {
      isAnswered = true;
    });
    let others = 0;
    while (!isAnswered) {
      expect((await api.get('/health/live')).status).toBe(200);
      others += 1;
    }

    expect((await (await answer).text()).match(/\ba\b/g)).toHaveLength(WORDS);
    expect(others).toBeGreaterThan(10);
  });

  it('do not keep the service from stopping', async () => {
    const id = await conversation(CHUNKS_OF_ENDLESS, ENDLESS_WORDS);
    const answer = subtitlesOf(id).then(
      ({ status }) => status,
      () => 'cut',
    );
    await api.get('/health/live');

    expect(await service.stop()).toBe(0);
    expect(await answer).not.toBe(200);
  });
});
