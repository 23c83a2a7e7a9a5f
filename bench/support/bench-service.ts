import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closing } from '../../commands/closing.js';
import { ServiceApi } from '../../commands/service/service-api.js';
import { simulatedEnvironment } from '../../commands/service/service-environment.js';
import { ServiceFailedError, ServiceProcess } from '../../commands/service/service-process.js';
import { chooseFreePort } from '../../src/embedded-postgres/ports.js';
import type { ScenarioTools } from '../scenario.js';

export type Strategy = 'webhook' | 'polling';

export interface BenchServiceOptions {
  strategy: Strategy;
  simulatorUrl: string;
  /** Variables of Ringback that the scenario sets. */
  environment: Readonly<Record<string, string>>;
}

/** Only the benchmark can reach the service. */
const WEBHOOK_SECRET = 'a-secret-of-the-benchmark';

/**
 * Runs `work` against a fresh service: its own process, with embedded PostgreSQL in a temporary
 * folder. The process is stopped and the folder deleted afterwards.
 *
 * @throws ServiceFailedError with the end of its log when it does not start, or stops before the
 *   work ends
 */
export async function withService<T>(
  options: BenchServiceOptions,
  tools: ScenarioTools,
  work: (api: ServiceApi, service: ServiceProcess, dataDir: string) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringback-bench-'));
  const port = await chooseFreePort([]);
  const { strategy, simulatorUrl } = options;
  const webhookSecret = strategy === 'webhook' ? WEBHOOK_SECRET : null;
  const environment = {
    ...simulatedEnvironment({ simulatorUrl, port, dataDir, webhookSecret }),
    ...options.environment,
  };
  const service = await ServiceProcess.spawn({ dataDir, port, environment });
  tools.onForce(() => {
    service.kill();
  });
  return closing(
    async () => {
      await service.stop();
      await rm(dataDir, { recursive: true });
      await rm(service.logFile);
    },
    async () => {
      try {
        await service.ready(tools.signal);
        return await service.whileAlive(work(new ServiceApi(service.url, tools.signal), service, dataDir));
      } catch (error) {
        if (!(error instanceof ServiceFailedError)) throw error;
        const log = (await service.logTail()).join('\n  ');
        throw new ServiceFailedError(`${error.message}; the end of its log:\n  ${log}`, { cause: error });
      }
    },
  );
}
