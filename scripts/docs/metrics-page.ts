import type { MetricObject } from 'prom-client';
import { Metrics } from '../../src/observability/metrics.js';

const INTRODUCTION = `# Metrics

<!-- Made by \`npm run docs\` from src/observability/metrics.ts. Change that. -->

\`GET /metrics\` of each process, in the text format of Prometheus. A worker without HTTP shows it on
[\`METRICS_PORT\`](configuration.md#metrics_port). [What to watch](operations.md#what-to-watch) has alerts, and says what to mind
when reading these figures. Beside them are the figures about the process and Node.js that
[prom-client](https://github.com/siimon/prom-client#default-metrics) adds by default.
`;

const PREFIX = 'ringback_';

/** @returns `docs/metrics.md` */
export function metricsPage(): string {
  const metrics = new Metrics().registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith(PREFIX))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  return `${[INTRODUCTION.trim(), ...metrics.map(entryOf)].join('\n\n')}\n`;
}

function entryOf(metric: MetricObject): string {
  const labels = labelsOf(metric).map((label) => `\`${label}\``);
  const kind = [String(metric.type), ...(labels.length === 0 ? [] : [`by ${labels.join(', ')}`])].join(' ');
  return `## \`${metric.name}\`\n\n${metric.help}\n\n- ${kind}`;
}

/** prom-client has labels on each metric, but not in its types. */
function labelsOf(metric: object): string[] {
  return 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [];
}
