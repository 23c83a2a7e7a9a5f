import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api, wav, type ErrorAnswer } from './support/api.js';
import { expectError } from './support/expect-error.js';
import { query } from './support/record.js';
import { ServiceProcess } from './support/service-process.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';

const MAX_FILE_KILOBYTES = 64;
/** Recordings of 160 kB and 16 kB. */
const [TOO_LONG_SECONDS, SHORT_SECONDS] = [10, 1];

describe('a disk without room for a recording', () => {
  let world: World;
  let service: ServiceProcess;

  beforeAll(async () => {
    world = await World.start({ strategy: 'polling' });
    await world.stopService();
    service = await ServiceProcess.start(world.env(), { maxFileKilobytes: MAX_FILE_KILOBYTES });
  });

  afterAll(async () => {
    await service.stop();
    await world.stop();
  });

  it('is reported to sender and operator, leaves no file behind, and does not stop the service', async () => {
    const api = new Api(`http://127.0.0.1:${world.port}`);
    const { id } = await api.createConversation();

    const answer = await api.upload(id, { audio: wav('long', TOO_LONG_SECONDS) });

    expectError(answer, 507);
    expect((answer.body as unknown as ErrorAnswer).message).toMatch(
      /no space left for the recording; tell its operator/,
    );
    expect(service.output).toMatch(
      /a recording could not be stored: the audio store in DATA_DIR is full \(EFBIG\)/,
    );
    expect(await storedFiles(world.dataDir)).toEqual([]);
    expect(await query(world.database.url, 'select id from chunks')).toEqual([]);
    const chunk = await api.addChunk(id, { audio: wav('short', SHORT_SECONDS) });
    expect((await api.settledChunk(chunk.id)).status).toBe('completed');
  });
});
