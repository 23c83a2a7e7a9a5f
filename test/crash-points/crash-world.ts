import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Fault } from '../../simulator/fault-types.js';
import type { Simulator } from '../../simulator/simulator.js';
import { Api } from '../support/api.js';
import type { RedisServer } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import type { Strategy } from '../support/test-service.js';
import { JobSearch } from './job-search.js';
import { IDLE_MS, ProviderSchedule } from './provider-schedule.js';
import { Slots } from '../../src/event-loop/slots.js';
import { ServiceEnvironment } from './service-environment.js';
import { CrashGate, type CrashPoint } from './crash-gate.js';

const POLL_PAUSE_MS = 50;
const IDLE_DEADLINE_MS = 60_000;

/** A start takes a second of processor time, so that more would slow each other down. */
const STARTS = new Slots(availableParallelism());

const LISTENING = /listening on (http:\/\/[\d.]+:\d+)/;

/**
 * A service in a separate process, and all servers that it uses, with the crash gate between them.
 * When the gate kills the process, another one is started.
 */
export class CrashWorld {
  /** Client of the service, through the proxy. */
  readonly api: Api;
  readonly jobs: JobSearch;
  crashes = 0;
  /** Time of the last crash, by the monotonic clock. */
  crashedAt = 0;
  private process: ServiceProcess | undefined;
  /**
   * Result of the start that follows a crash; the next caller of `restarted` receives its error.
   */
  private restart: Promise<PromiseSettledResult<void>[]> = Promise.resolve([]);
  private readonly schedule: ProviderSchedule;

  private constructor(
    readonly strategy: Strategy,
    readonly crashGate: CrashGate,
    private readonly environment: ServiceEnvironment,
  ) {
    this.api = new Api(environment.publicUrl);
    this.jobs = new JobSearch({ databaseUrl: environment.database.url, redisUrl: environment.redis?.url });
    this.schedule = new ProviderSchedule(environment.simulator, crashGate, strategy);
  }

  static async start(strategy: Strategy): Promise<CrashWorld> {
    const crashGate = new CrashGate();
    const world = new CrashWorld(strategy, crashGate, await ServiceEnvironment.start(crashGate));
    try {
      await world.startProcess();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  get simulator(): Simulator {
    return this.environment.simulator;
  }

  /** Set on the Redis engine only. */
  get redis(): RedisServer | undefined {
    return this.environment.redis;
  }

  get record(): pg.Client {
    return this.environment.record;
  }

  /** Output of the current process. */
  get output(): string {
    return this.process?.output ?? '';
  }

  /** Lets the providers refuse requests, and no longer those that they refused before. */
  refuse(faults: readonly Fault[]): void {
    this.schedule.replaceFaults(faults);
  }

  /** Begins to record the steps of a path, and kills the process at `point`. */
  beginPath(point?: CrashPoint): void {
    this.crashGate.begin(
      point && {
        point,
        kill: () => {
          this.kill();
        },
      },
    );
  }

  /**
   * Waits until only chatter has passed for a while, which is shorter than the provider's own
   * pause.
   *
   * @throws Error when that takes longer than anything on the path can
   */
  async untilIdle(): Promise<void> {
    const deadline = performance.now() + IDLE_DEADLINE_MS;
    while (this.crashGate.quietMs < IDLE_MS / 2) {
      if (performance.now() > deadline) throw new Error('the path does not become idle');
      await pause(POLL_PAUSE_MS);
    }
  }

  /**
   * Waits until the process after the killed one has started.
   *
   * @throws Error when it does not start
   */
  async restarted(): Promise<void> {
    const [outcome] = await this.restart;
    if (outcome?.status === 'rejected') {
      throw new Error('the service did not start again', { cause: outcome.reason });
    }
  }

  async stop(): Promise<void> {
    await this.restart;
    await this.process?.stop('SIGKILL');
    const scheduleStopped = this.schedule.stop();
    await this.jobs.close();
    await this.environment.stop();
    await scheduleStopped;
  }

  /**
   * Kills the process; when the gate continues, it is dead, and no pending message is forwarded.
   */
  private kill(): void {
    const { process: victim } = this;
    if (victim === undefined) throw new Error('there is no process to kill');
    process.kill(victim.pid, 'SIGKILL');
    this.environment.cut();
    this.crashes += 1;
    this.crashedAt = performance.now();
    this.restart = Promise.allSettled([victim.ended().then(() => this.startProcess())]);
  }

  private async startProcess(): Promise<void> {
    await STARTS.run(async () => {
      this.process = ServiceProcess.spawn(this.environment.env(this.strategy));
      await this.process.ready();
    });
    const url = LISTENING.exec(this.output)?.[1];
    if (url === undefined) throw new Error(`the service does not say where it listens:\n${this.output}`);
    this.environment.forwardTo(url);
  }
}
