import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { serviceEnvironment } from '../../commands/service/service-environment.js';
import type { ScenarioTools } from '../scenario.js';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 20;
const OUTPUT_TAIL_CHARS = 2_000;

/** A process of a benchmark ended, or did not start. */
class ProcessFailedError extends Error {
  override readonly name = 'ProcessFailedError';
  readonly code = 'process_failed';
}

export interface NodeProcessOptions {
  script: string;
  args?: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Matches its output when it is ready. */
  ready: RegExp;
}

/**
 * A Node process of a benchmark, with only those variables of the environment that the system
 * needs.
 */
export class NodeProcess {
  private output = '';
  private readonly exited: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.output = `${this.output}${data.toString('utf8')}`.slice(-OUTPUT_TAIL_CHARS);
      });
    }
  }

  /** @throws ProcessFailedError when it ends instead, or takes longer than a minute */
  static async start(options: NodeProcessOptions, tools: ScenarioTools): Promise<NodeProcess> {
    const child = spawn(process.execPath, [options.script, ...(options.args ?? [])], {
      cwd: tmpdir(),
      env: serviceEnvironment(options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    tools.onForce(() => child.kill('SIGKILL'));
    const started = new NodeProcess(child);
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!options.ready.test(started.output)) {
      if (!started.isAlive || performance.now() > deadline) {
        child.kill('SIGKILL');
        throw new ProcessFailedError(`a process did not start; the end of its output:\n${started.output}`);
      }
      tools.signal.throwIfAborted();
      await pause(POLL_INTERVAL_MS);
    }
    return started;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The end of its output. */
  get outputTail(): string {
    return this.output;
  }

  /** @throws ProcessFailedError when it has ended by itself */
  assertAlive(): void {
    if (!this.isAlive)
      throw new ProcessFailedError(`a process has ended; the end of its output:\n${this.output}`);
  }

  async stop(): Promise<void> {
    if (!this.isAlive) return;
    this.child.kill('SIGTERM');
    const timeout = new AbortController();
    const late = pause(STOP_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(
      () => this.child.kill('SIGKILL'),
      () => undefined,
    );
    await this.exited;
    timeout.abort();
    await late;
  }

  private get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
}
