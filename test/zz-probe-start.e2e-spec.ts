import { expect, it } from '@jest/globals';
import { connect, createServer } from 'node:net';
import { World } from './support/test-service.js';
import { freePort } from './support/free-port.js';
it('settles', async () => {
  const world = await World.start();
  await world.stopService();
  const far = new URL(world.database.url);
  for (const k of [3, 6, 9, 12, 15, 18, 21]) {
    const port = await freePort();
    let n = 0; let cut = false; const sockets = new Set<any>();
    const server = createServer((near) => {
      n += 1;
      if (n > k && !cut) { cut = true; for (const s of sockets) s.destroy(); setTimeout(() => { cut = false; n = -1000; }, 1000).unref(); }
      if (cut) { near.destroy(); return; }
      const f = connect(Number(far.port), far.hostname);
      sockets.add(near); sockets.add(f);
      for (const s of [near, f]) { s.on('error', () => s.destroy()); s.on('close', () => { near.destroy(); f.destroy(); }); }
      near.pipe(f).pipe(near);
    });
    await new Promise<void>((r) => server.listen(port, '127.0.0.1', r));
    const url = new URL(far.href); url.hostname = '127.0.0.1'; url.port = String(port);
    const t = Date.now();
    let out = 'started';
    try { await world.startService({ DATABASE_URL: url.href }); } catch (e) { out = `failed: ${(e as Error).message}`; }
    process.stderr.write(`k=${k} ${out} ${Date.now() - t} ms, live ${out === 'started' ? (await world.api.get('/health/live')).status : '-'}\n`);
    if (out === 'started') { const { id } = await world.api.createConversation(); const c = await world.api.addChunk(id); process.stderr.write(`  ${(await world.api.settledChunk(c.id)).status}\n`); }
    const t2 = Date.now();
    await world.stopService();
    process.stderr.write(`  stopped in ${Date.now() - t2}\n`);
    for (const s of sockets) s.destroy();
    server.close();
  }
  await world.stop();
  expect(1).toBe(1);
}, 200_000);
