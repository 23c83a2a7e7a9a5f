import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.js';

describe('a scrape', () => {
  it('runs its collectors each time', async () => {
    const metrics = new Metrics();
    let open = 0;
    metrics.collectOnScrape(() => {
      metrics.openSubmissions.set({ strategy: 'polling' }, (open += 3));
      return Promise.resolve();
    });
    await metrics.scrape();

    expect(await metrics.scrape()).toEqual({
      text: expect.stringContaining('ringback_open_submissions{strategy="polling"} 6') as unknown,
      failures: [],
    });
  });

  it('lacks only the metrics of a collector that fails, and reports its error', async () => {
    const metrics = new Metrics();
    const failure = new Error('the store is unreachable');
    metrics.collectOnScrape(() => Promise.reject(failure));
    metrics.collectOnScrape(() => {
      metrics.queueDepth.set({ queue: 'correction', state: 'waiting' }, 7);
      return Promise.resolve();
    });
    metrics.callbacks.inc({ outcome: 'ok' });
    const { text, failures } = await metrics.scrape();

    expect(failures).toEqual([failure]);
    expect(text).toContain('ringback_queue_depth{queue="correction",state="waiting"} 7');
    expect(text).toContain('ringback_callbacks_total{outcome="ok"} 1');
  });

  it('covers one service, also when a process runs several', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.callbacks.inc({ outcome: 'ok' });

    expect((await other.scrape()).text).not.toContain('ringback_callbacks_total{outcome="ok"}');
  });
});
