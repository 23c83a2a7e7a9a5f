import { randomBytes } from 'node:crypto';
import { startSimulator, type Simulator } from '../simulator/simulator.js';
import { chooseFreePort } from '../src/embedded-postgres/ports.js';
import { closing } from '../commands/closing.js';
import type { Interruption } from '../commands/interruption.js';
import { runMainJob, type JobResult } from './main-job.js';
import { ProgressBars } from '../commands/terminal/progress-bars.js';
import { ProgressLines } from '../commands/terminal/progress-lines.js';
import {
  printNextSteps,
  printOpening,
  printResult,
  printSetup,
  printStayingUp,
  printStopping,
} from './report.js';
import type { Screen } from '../commands/terminal/screen.js';
import { ServiceApi } from '../commands/service/service-api.js';
import { simulatedEnvironment } from '../commands/service/service-environment.js';
import { ServiceProcess } from '../commands/service/service-process.js';

/** The port that the README and the API's documentation use. */
const PREFERRED_PORT = 3000;
const SECRET_BYTES = 24;

/** Long enough to watch; a real provider takes a minute. */
const LATENCIES_TO_WATCH = { latencyMs: [1_500, 4_000], geminiLatencyMs: [800, 2_000] } as const;
const LATENCIES_IN_A_HURRY = { latencyMs: [200, 700], geminiLatencyMs: [150, 400] } as const;

/** Many times the duration of the job on a slow machine. */
const JOB_TIMEOUT_MS = 120_000;

export interface DemoOptions {
  /** Absolute path. */
  dataDir: string;
  /** Draws progress bars, and uses latencies that are long enough to watch them. */
  live: boolean;
  /** Keeps running after the job until interrupted. */
  staysUp: boolean;
}

export interface DemoTools {
  options: DemoOptions;
  screen: Screen;
  interruption: Interruption;
}

/** The main job did not finish in time. */
class DemoTimeoutError extends Error {
  override readonly name = 'DemoTimeoutError';
  readonly code = 'demo_timeout';
}

/**
 * Runs the main job on embedded defaults. The simulator, the service and its database have stopped
 * when the promise settles, also after an error.
 *
 * @throws InterruptedError when it was stopped before the job was done
 * @throws ServiceFailedError, ServiceApiError, ChunkFailedError, DemoTimeoutError
 */
export async function runDemo(tools: DemoTools, onService: (service: ServiceProcess) => void): Promise<void> {
  const { options, screen, interruption } = tools;
  printOpening(screen);
  const simulator = await startSimulator(options.live ? LATENCIES_TO_WATCH : LATENCIES_IN_A_HURRY);
  await closing(
    () => simulator.close(),
    async () => {
      const service = await spawnService(simulator, options.dataDir);
      onService(service);
      interruption.onForce(() => {
        service.kill();
      });
      await closing(
        () => {
          if (interruption.signal.aborted) printStopping(screen);
          return service.stop();
        },
        () => runWith(service, simulator, tools),
      );
    },
  );
}

async function spawnService(simulator: Simulator, dataDir: string): Promise<ServiceProcess> {
  const port = await chooseFreePort([PREFERRED_PORT]);
  const webhookSecret = randomBytes(SECRET_BYTES).toString('hex');
  const environment = simulatedEnvironment({ simulatorUrl: simulator.url, port, dataDir, webhookSecret });
  return ServiceProcess.spawn({ dataDir, port, environment });
}

async function runWith(service: ServiceProcess, simulator: Simulator, tools: DemoTools): Promise<void> {
  const { options, screen, interruption } = tools;
  const setup = { service, simulator, dataDir: options.dataDir };
  await service.ready(interruption.signal);
  printSetup(screen, setup);
  const result = await service.whileAlive(showMainJob(service, simulator, tools));
  printResult(screen, result, simulator);
  printNextSteps(screen, {
    ...setup,
    staysUp: options.staysUp,
    conversationId: result.conversation.id,
  });
  if (!options.staysUp) return;
  printStayingUp(screen);
  await service.whileAlive(interruption.wait());
}

async function showMainJob(
  service: ServiceProcess,
  simulator: Simulator,
  { options, screen, interruption }: DemoTools,
): Promise<JobResult> {
  const { manifest } = simulator.samples;
  const names = manifest.recordings.map(({ file }) => file);
  screen.print(screen.paint('bold', `${names.length} recordings, as chunks of one conversation`), '');
  const progress = options.live ? new ProgressBars(screen, names) : new ProgressLines(screen, names);
  const over = new AbortController();
  const late = AbortSignal.timeout(JOB_TIMEOUT_MS);
  const api = new ServiceApi(service.url, AbortSignal.any([interruption.signal, late, over.signal]));
  try {
    return await runMainJob({ api, manifest, screen, progress });
  } catch (error) {
    if (!late.aborted) throw error;
    throw new DemoTimeoutError(`the recordings did not get through within ${JOB_TIMEOUT_MS} ms`, {
      cause: error,
    });
  } finally {
    over.abort();
    progress.close();
  }
}
