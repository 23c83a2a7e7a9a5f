import { describe, expect, it } from 'vitest';
import { deleted, deletion, DELETION_ENV, expectGone, remove } from './support/deleted-conversation.js';
import { HttpProxy } from './support/http-proxy.js';
import { settleChunk } from './support/one-chunk.js';
import { S3Server } from './support/s3-server.js';
import { ServiceProcess } from './support/service-process.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

describe('the process that deletes a conversation', () => {
  it('may be killed in the middle, and the next one continues', async () => {
    const world = await World.start({ env: DELETION_ENV });
    await world.stopService();
    let service = await ServiceProcess.start(world.env());
    try {
      const chunk = await settleChunk(world.api);
      world.simulator.faults.add({ operation: 'delete', effect: { kind: 'hang' } });
      await remove(world.api, chunk.conversationId);
      await world.simulator.waitFor(({ counts }) => counts.delete > 0);
      await service.stop('SIGKILL');
      world.simulator.faults.clear();
      service = await ServiceProcess.start(world.env());
      await deleted(world.api, chunk.conversationId);

      await expectGone(world, chunk);
    } finally {
      await service.stop('SIGKILL');
      await world.stop();
    }
  });
});

describe('a deleted conversation whose recordings are in a bucket', () => {
  it('stays deleting, with the reason, until the bucket removes them', async () => {
    const server = await S3Server.start('fauxqs');
    const proxy = await HttpProxy.start(server.url);
    const world = await World.start({ env: { ...DELETION_ENV, ...server.env(proxy.url) } });
    try {
      const chunk = await settleChunk(world.api);
      proxy.fault = ({ method }) => (method === 'DELETE' ? { status: 403 } : undefined);
      await remove(world.api, chunk.conversationId);
      const { body: stuck } = await waitUntil(
        () => deletion(world.api, chunk.conversationId),
        ({ body: { error } }) => error !== null,
      );
      const before = await server.keys();
      proxy.reset();
      await deleted(world.api, chunk.conversationId);

      expect(stuck).toMatchObject({ status: 'deleting', audioDeletedAt: null });
      expect(stuck.error).toContain('STORAGE_S3_KEY');
      expect(before).toHaveLength(1);
      expect(await server.keys()).toEqual([]);
      await expectGone(world, chunk);
    } finally {
      await world.stop();
      await proxy.stop();
      await server.stop();
    }
  });
});
