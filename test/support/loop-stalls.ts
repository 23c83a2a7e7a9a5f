import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PRELOAD = new URL('./loop-stalls-preload.mjs', import.meta.url).href;

/** A stretch in which the event loop of a process had no turn. */
export interface LoopStall {
  wholeMs: number;
  /** Without the time in which the process would have gone on, but had no processor. */
  busyMs: number;
}

/** Tells the stalls of a service process. */
export class LoopStalls {
  private told = 0;

  private constructor(private readonly folder: string) {}

  static async create(): Promise<LoopStalls> {
    const stalls = new LoopStalls(await mkdtemp(join(tmpdir(), 'ringback-stalls-')));
    await writeFile(stalls.file, '');
    return stalls;
  }

  /** Variables that such a process needs. */
  get env(): Record<string, string> {
    return { NODE_OPTIONS: `--import ${PRELOAD}`, LOOP_STALLS_FILE: this.file };
  }

  /** Those that were not told yet. */
  async next(): Promise<LoopStall[]> {
    const lines = (await readFile(this.file, 'utf8')).split('\n').slice(0, -1);
    const fresh = lines.slice(this.told).map((line) => JSON.parse(line) as LoopStall);
    this.told = lines.length;
    return fresh;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  private get file(): string {
    return join(this.folder, 'stalls');
  }
}
