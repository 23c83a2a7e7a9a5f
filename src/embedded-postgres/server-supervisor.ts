import { errorMessage } from '../errors/error-message.js';
import type { Cluster } from './data-folder.js';
import { readPostmaster } from './postmaster.js';
import { startServer } from './server-control.js';
import { keepLogBounded } from './server-log.js';

/**
 * Interval in which a killed server (for example by the kernel when memory ran out) is detected.
 * The service has no database until then, which costs every job in flight one of its tries.
 */
const CHECK_INTERVAL_MS = 1_000;

export interface SupervisorOptions {
  readonly cluster: Cluster;
  readonly port: number;
  readonly maxConnections: number;
  readonly log: (line: string) => void;
}

/**
 * Supervises a running server: restarts it on the same port when it has died, and limits its log.
 * Errors are logged, once for each kind, and the next check tries again.
 */
export class ServerSupervisor {
  private readonly timer: NodeJS.Timeout;
  private check: Promise<void> | null = null;
  private readonly reported = new Set<string>();

  constructor(private readonly options: SupervisorOptions) {
    this.timer = setInterval(() => {
      this.check ??= this.runCheck();
    }, CHECK_INTERVAL_MS);
    this.timer.unref();
  }

  /** Ends the supervision, after which the server is not restarted. Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.check;
  }

  private async runCheck(): Promise<void> {
    try {
      await this.restartWhenDead();
      await keepLogBounded(this.options.cluster);
      this.reported.clear();
    } catch (error) {
      this.report(errorMessage(error));
    } finally {
      this.check = null;
    }
  }

  private async restartWhenDead(): Promise<void> {
    const { cluster, port, maxConnections } = this.options;
    const postmaster = await readPostmaster(cluster.folder);
    if (postmaster.state === 'alive') return;
    this.report('the database server has died: restarting it');
    await startServer(cluster, { maxConnections, ports: [port], onlyWantedPorts: true });
    this.report(`the database server runs again on port ${port}`);
  }

  private report(line: string): void {
    if (this.reported.has(line)) return;
    this.reported.add(line);
    this.options.log(line);
  }
}
