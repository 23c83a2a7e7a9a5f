import type { Cluster } from './data-folder.js';
import { readPostmaster } from './postmaster.js';
import { startServer } from './server-control.js';
import { keepLogBounded } from './server-log.js';

/**
 * How soon a server that was killed (by the kernel when memory ran out, say) is noticed. The service is without its
 * database until then, which costs every job in flight one of its tries.
 */
const LOOK_INTERVAL_MS = 1_000;

export interface SupervisorOptions {
  readonly cluster: Cluster;
  readonly port: number;
  readonly maxConnections: number;
  readonly log: (line: string) => void;
}

/**
 * Looks after a running server: starts it again, on the same port, when it has died, and keeps its log bounded. What
 * goes wrong is logged, once for each kind, and tried again at the next look.
 */
export class ServerSupervisor {
  private readonly timer: NodeJS.Timeout;
  private look: Promise<void> | null = null;
  private readonly reported = new Set<string>();

  constructor(private readonly options: SupervisorOptions) {
    this.timer = setInterval(() => {
      this.look ??= this.lookAfter();
    }, LOOK_INTERVAL_MS);
    this.timer.unref();
  }

  /** When this is done, nothing starts the server again. Running it twice is harmless. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.look;
  }

  private async lookAfter(): Promise<void> {
    try {
      await this.startAgainWhenDead();
      await keepLogBounded(this.options.cluster);
      this.reported.clear();
    } catch (error) {
      this.report(error instanceof Error ? error.message : String(error));
    } finally {
      this.look = null;
    }
  }

  private async startAgainWhenDead(): Promise<void> {
    const { cluster, port, maxConnections } = this.options;
    const postmaster = await readPostmaster(cluster.folder);
    if (postmaster.state === 'alive') return;
    this.report('the database server has died: starting it again');
    await startServer(cluster, { maxConnections, ports: [port], onlyWantedPorts: true });
    this.report(`the database server runs again on port ${port}`);
  }

  private report(line: string): void {
    if (this.reported.has(line)) return;
    this.reported.add(line);
    this.options.log(line);
  }
}
