import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PRELOAD = new URL('./loop-stalls-preload.mjs', import.meta.url).href;

/** A period in which the event loop of a process was blocked. */
export interface LoopStall {
  wholeMs: number;
  /** Duration without the time in which the process was ready to run, but had no processor. */
  busyMs: number;
}

/** Reads the stalls of a service process. */
export class LoopStalls {
  private returned = 0;

  private constructor(private readonly folder: string) {}

  static async create(): Promise<LoopStalls> {
    const stalls = new LoopStalls(await mkdtemp(join(tmpdir(), 'ringback-stalls-')));
    await writeFile(stalls.file, '');
    return stalls;
  }

  /** Environment variables of such a process. */
  get env(): Record<string, string> {
    return { NODE_OPTIONS: `--import ${PRELOAD}`, LOOP_STALLS_FILE: this.file };
  }

  /** Returns the stalls that were not returned before. */
  async next(): Promise<LoopStall[]> {
    const lines = (await readFile(this.file, 'utf8')).split('\n').slice(0, -1);
    const fresh = lines.slice(this.returned).map((line) => JSON.parse(line) as LoopStall);
    this.returned = lines.length;
    return fresh;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  private get file(): string {
    return join(this.folder, 'stalls');
  }
}
