import { MultiBar, type SingleBar } from 'cli-progress';
import type { ChunkStatus } from '../../src/chunks/states.js';
import { CHUNK_STATES, type Progress } from './progress.js';
import type { Screen } from './screen.js';

const TOTAL = 100;
const BAR_WIDTH = 28;
const REDRAW_INTERVAL_MS = 100;
/**
 * Length of the longest state's name; shorter names are padded to overwrite a longer one on the
 * screen.
 */
const STATE_WIDTH = Math.max(...CHUNK_STATES.map((state) => state.length));

/**
 * The range of a bar while its chunk is in a state. The progress of the provider is unknown: the
 * bar covers half of the range within `halfWayMs`, then half of the rest, and so on; only the next
 * state takes it to the end.
 */
const RANGES: Readonly<Record<ChunkStatus, { from: number; to: number; halfWayMs: number }>> = {
  queued: { from: 2, to: 8, halfWayMs: 300 },
  transcribing: { from: 8, to: 68, halfWayMs: 1_200 },
  correcting: { from: 68, to: 98, halfWayMs: 600 },
  completed: { from: TOTAL, to: TOTAL, halfWayMs: 1 },
  failed: { from: TOTAL, to: TOTAL, halfWayMs: 1 },
};

const ERASE_REST_OF_LINE = '\x1b[K';

interface Row {
  bar: SingleBar;
  startedAt: number;
  status: ChunkStatus;
  since: number;
}

/** Draws one bar for each chunk, redrawn in place; messages appear above them. */
export class ProgressBars implements Progress {
  private readonly bars: MultiBar;
  private readonly rows = new Map<string, Row>();
  private readonly timer: NodeJS.Timeout;

  /**
   * @param slowness how many times longer each state takes than with the simulator
   */
  constructor(
    private readonly screen: Screen,
    names: readonly string[],
    private readonly slowness = 1,
  ) {
    this.bars = new MultiBar({
      stream: screen.stream,
      format: `  {name}  {bar}  {state}  {seconds}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: BAR_WIDTH,
      hideCursor: true,
      // Messages move the bars down, so that unchanged bars must be drawn again too.
      forceRedraw: true,
      gracefulExit: false,
    });
    const width = Math.max(...names.map((name) => name.length));
    const now = Date.now();
    for (const name of names) {
      const bar = this.bars.create(TOTAL, 0, { name: name.padEnd(width), state: 'sending', seconds: '' });
      this.rows.set(name, { bar, startedAt: now, status: 'queued', since: now });
    }
    this.timer = setInterval(() => {
      this.redraw();
    }, REDRAW_INTERVAL_MS);
  }

  state(name: string, status: ChunkStatus): void {
    const row = this.rows.get(name);
    if (row === undefined) return;
    const now = Date.now();
    if (row.status === 'queued' && status === 'queued') row.startedAt = now;
    row.status = status;
    row.since = now;
    this.draw(row);
  }

  say(lines: readonly string[]): void {
    // Messages are written over the bars, which are then redrawn below.
    this.bars.log(lines.map((line) => `${line}${ERASE_REST_OF_LINE}\n`).join(''));
  }

  close(): void {
    if (!this.bars.isActive) return;
    clearInterval(this.timer);
    this.bars.update();
    this.bars.stop();
  }

  private redraw(): void {
    for (const row of this.rows.values()) {
      if (row.status !== 'completed' && row.status !== 'failed') this.draw(row);
    }
  }

  private draw({ bar, status, since, startedAt }: Row): void {
    const now = Date.now();
    const seconds = `${((now - startedAt) / 1_000).toFixed(1)} s`;
    const state = this.screen.paint(COLORS[status], status.padEnd(STATE_WIDTH));
    bar.update(positionOf(status, (now - since) / this.slowness), { state, seconds });
  }
}

const COLORS: Readonly<Record<ChunkStatus, 'gray' | 'yellow' | 'cyan' | 'green' | 'red'>> = {
  queued: 'gray',
  transcribing: 'yellow',
  correcting: 'cyan',
  completed: 'green',
  failed: 'red',
};

/** Never decreases during a state, and never reaches the end of its range. */
export function positionOf(status: ChunkStatus, forMs: number): number {
  const { from, to, halfWayMs } = RANGES[status];
  return from + (to - from) * (1 - 0.5 ** (forMs / halfWayMs));
}
