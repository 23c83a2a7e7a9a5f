import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/src/doctor/main.js', import.meta.url));

export interface DoctorReport {
  exitCode: number | null;
  /** Its output on both streams. */
  output: string;
  /**
   * Returns the line about one check, such as `ok AssemblyAI ...`; undefined when there is none.
   */
  line(name: string): string | undefined;
}

/** Runs the built doctor in a separate process. */
export class DoctorProcess {
  private output = '';
  private readonly closed: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.closed = once(child, 'close');
  }

  /** @param env the whole environment, except PATH; no `.env` is read */
  static start(env: Readonly<Record<string, string>>, args: readonly string[] = []): DoctorProcess {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const doctor = new DoctorProcess(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        doctor.output += text;
      });
    }
    return doctor;
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }

  async report(): Promise<DoctorReport> {
    await this.closed;
    const { output } = this;
    return {
      exitCode: this.child.exitCode,
      output,
      line: (name) => output.split('\n').find((line) => line.slice(9).startsWith(`${name}  `)),
    };
  }
}
