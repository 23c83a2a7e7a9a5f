import { it } from '@jest/globals';
import { walk } from './walk.js';
import { STRATEGIES } from '../support/test-service.js';

it('walks', async () => {
  const t0 = performance.now();
  await Promise.all(STRATEGIES.map(async (strategy) => {
    const report = await walk({
      strategy,
      lanes: 3,
      choose: (path) => path.filter(({ name, side }) => (side === 'after' && /submissions set status = submitted|moveToFinished correction|status = finished/.test(name)) || (side === 'before' && /POST/.test(name))),
      onLife: ({ name, side }, life) => {
        process.stdout.write(`${Math.round(performance.now() - t0)} ${strategy} ${side} ${name}: crashed ${life.crashed} after ${life.path.length} recovery ${Math.round(life.recoveryMs)} lost ${life.lost} twice ${life.twice} wrong ${life.wrong} extra ${life.extraBills}\n`);
      },
    });
    process.stdout.write(`${JSON.stringify({ ...report, path: report.path.length })}\n`);
  }));
}, 900_000);
