import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Simulator } from '../../simulator/simulator.js';
import { Api } from '../support/api.js';
import type { RedisServer } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import type { Strategy } from '../support/test-service.js';
import { JobSearch } from './job-search.js';
import { ProviderSchedule, REST_MS } from './provider-schedule.js';
import { Surroundings } from './surroundings.js';
import { Turns } from './turns.js';
import { CrashGate, type CrashPoint } from './crash-gate.js';

const LOOK_AGAIN_MS = 50;
const REST_DEADLINE_MS = 60_000;

/** A start is a second of work; more of them at once than there are processors would only hold each other up. */
const STARTS = new Turns(availableParallelism());

const LISTENING = /listening on (http:\/\/[\d.]+:\d+)/;

/**
 * A service as a process of its own, and all that it talks to, with the crashGate between them. When the process is killed at
 * the crashGate, another one is started in its place.
 */
export class CrashWorld {
  /** As its users reach the service. */
  readonly api: Api;
  readonly jobs: JobSearch;
  crashes = 0;
  /** When the last one was; of the steady clock. */
  crashedAt = 0;
  private process: ServiceProcess | undefined;
  /** How the start of the process that follows the killed one has ended: heard of by whoever waits for it. */
  private restart: Promise<PromiseSettledResult<void>[]> = Promise.resolve([]);
  private readonly hand: ProviderSchedule;

  private constructor(
    readonly strategy: Strategy,
    readonly crashGate: CrashGate,
    private readonly surroundings: Surroundings,
  ) {
    this.api = new Api(surroundings.doorUrl);
    this.jobs = new JobSearch({ databaseUrl: surroundings.database.url, redisUrl: surroundings.redis?.url });
    this.hand = new ProviderSchedule(surroundings.simulator, crashGate, strategy);
  }

  static async start(strategy: Strategy): Promise<CrashWorld> {
    const crashGate = new CrashGate();
    const world = new CrashWorld(strategy, crashGate, await Surroundings.start(crashGate));
    try {
      await world.startProcess();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  get simulator(): Simulator {
    return this.surroundings.simulator;
  }

  /** There on the Redis engine only. */
  get redis(): RedisServer | undefined {
    return this.surroundings.redis;
  }

  get record(): pg.Client {
    return this.surroundings.record;
  }

  /** What the present process has said. */
  get output(): string {
    return this.process?.output ?? '';
  }

  /** Begins to name the steps of a path, and kills the process at `point`. */
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
   * Waits until nothing but chatter has passed for a while: shorter than what the provider takes for a rest.
   *
   * @throws Error when that takes longer than anything on the path can
   */
  async comeToRest(): Promise<void> {
    const deadline = performance.now() + REST_DEADLINE_MS;
    while (this.crashGate.quietMs < REST_MS / 2) {
      if (performance.now() > deadline) throw new Error('the path does not come to rest');
      await pause(LOOK_AGAIN_MS);
    }
  }

  /**
   * Waits until the process that follows the killed one is there.
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
    const handStopped = this.hand.stop();
    await this.jobs.close();
    await this.surroundings.stop();
    await handStopped;
  }

  /** The process is dead, and nothing that was under way gets further, before the crashGate goes on. */
  private kill(): void {
    const { process: victim } = this;
    if (victim === undefined) throw new Error('there is no process to kill');
    process.kill(victim.pid, 'SIGKILL');
    this.surroundings.cut();
    this.crashes += 1;
    this.crashedAt = performance.now();
    this.restart = Promise.allSettled([victim.ended().then(() => this.startProcess())]);
  }

  private async startProcess(): Promise<void> {
    await STARTS.take(async () => {
      this.process = ServiceProcess.spawn(this.surroundings.env(this.strategy));
      await this.process.ready();
    });
    const url = LISTENING.exec(this.output)?.[1];
    if (url === undefined) throw new Error(`the service does not say where it listens:\n${this.output}`);
    this.surroundings.openDoorTo(url);
  }
}
