import { describe, expect, it } from 'vitest';
import { parseMetrics, total } from './metrics.js';

const SCRAPE = `# HELP ringback_jobs_total Runs of jobs by outcome
# TYPE ringback_jobs_total counter
ringback_jobs_total{job="check",outcome="slept"} 4
ringback_jobs_total{job="check",outcome="completed"} 1
ringback_jobs_total{job="submit",outcome="completed"} 2
ringback_odd{text="a \\"quoted\\" } word"} 1.5e-3

process_cpu_seconds_total 0.25 1700000000000
`;

describe('metrics', () => {
  const samples = parseMetrics(SCRAPE);

  it('are parsed with their labels and values, without comments', () => {
    expect(samples).toHaveLength(5);
    expect(samples[3]).toEqual({
      name: 'ringback_odd',
      labels: { text: 'a \\"quoted\\" } word' },
      value: 0.0015,
    });
    expect(samples[4]).toEqual({ name: 'process_cpu_seconds_total', labels: {}, value: 0.25 });
  });

  it.each([
    ['ringback_jobs_total', {}, 7],
    ['ringback_jobs_total', { job: 'check' }, 5],
    ['ringback_jobs_total', { job: 'check', outcome: 'slept' }, 4],
    ['ringback_jobs_total', { job: 'correct' }, 0],
    ['ringback_jobs', {}, 0],
  ])('sum up %s with %j to %d', (name, labels, sum) => {
    expect(total(samples, name, labels)).toBe(sum);
  });
});
