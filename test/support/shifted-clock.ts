import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PRELOAD = new URL('./shifted-clock-preload.mjs', import.meta.url).href;

/** Sets the wall clock of service processes only. */
export class ShiftedClock {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<ShiftedClock> {
    const clock = new ShiftedClock(await mkdtemp(join(tmpdir(), 'ringback-clock-')));
    await clock.shift(0);
    return clock;
  }

  /** Environment variables of such a process. */
  get env(): Record<string, string> {
    return { NODE_OPTIONS: `--import ${PRELOAD}`, SHIFTED_CLOCK_FILE: join(this.folder, 'ms') };
  }

  /** @param aheadMs offset from now on; negative for behind */
  async shift(aheadMs: number): Promise<void> {
    const next = join(this.folder, 'next');
    await writeFile(next, String(aheadMs));
    await rename(next, join(this.folder, 'ms'));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
