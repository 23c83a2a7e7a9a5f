import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lifetime } from '../lifetime.js';

/** Longer than the recognition of a short recording; then the placeholder is used. */
const RECOGNITION_TIMEOUT_MS = 20_000;

/** Runs PocketSphinx on one recording at a time, because it uses a whole core. */
export class CommandLineRecognizer {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly command: string,
    private readonly lifetime: Lifetime,
  ) {}

  /** @returns the recognized text; null when the program is missing, fails or recognizes nothing */
  hear(audio: Buffer): Promise<string | null> {
    const mine = this.last.then(() => this.hearNow(audio));
    this.last = mine;
    return mine;
  }

  private async hearNow(audio: Buffer): Promise<string | null> {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-audio-'));
    try {
      const file = join(folder, 'recording.wav');
      await writeFile(file, audio);
      return await this.run(['-infile', file, '-logfn', '/dev/null']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private run(args: readonly string[]): Promise<string | null> {
    return new Promise((resolve) => {
      const child = execFile(this.command, args, { timeout: RECOGNITION_TIMEOUT_MS }, (error, stdout) => {
        unsubscribe();
        const text = stdout.replaceAll(/\s+/g, ' ').trim();
        resolve(error === null && text !== '' ? text : null);
      });
      const unsubscribe = this.lifetime.onEnd(() => child.kill());
    });
  }
}
