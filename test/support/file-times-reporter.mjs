/** Number of files that are listed after a run. */
const LISTED = 20;

/**
 * Far beyond the longest file: a file with a blocked event loop never ends by itself, and Jest's
 * time limit does not end it either.
 */
const STANDSTILL_MS = 10 * 60_000;

/**
 * Reporter of Jest: prints the slowest files of a run with the share of their time that was spent
 * outside of tests (loading, hooks). It ends a run in which no file ends any more, and prints the
 * names of the running files.
 */
export default class FileTimesReporter {
  #underWay = new Map();
  #files = [];
  #standstill;

  onRunStart() {
    this.#expectProgress();
  }

  onTestFileStart(test) {
    this.#underWay.set(test, nameOf(test));
  }

  onTestFileResult(test, { perfStats, testResults }) {
    this.#underWay.delete(test);
    const testsMs = testResults.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
    // A file whose worker was ended has no time.
    if (perfStats.runtime > 0) this.#files.push({ name: nameOf(test), ms: perfStats.runtime, testsMs });
    this.#expectProgress();
  }

  onRunComplete() {
    clearTimeout(this.#standstill);
    if (this.#files.length < 2) return;
    const totalMs = this.#files.reduce((sum, { ms }) => sum + ms, 0);
    const slowest = this.#files.toSorted((one, other) => other.ms - one.ms).slice(0, LISTED);
    print(`Slowest of ${this.#files.length} files, ${seconds(totalMs)} in all (share outside of tests):`);
    for (const { name, ms, testsMs } of slowest) {
      const share = Math.round((1 - Math.min(1, testsMs / ms)) * 100);
      print(`${seconds(ms).padStart(9)} ${String(share).padStart(3)} %  ${name}`);
    }
  }

  #expectProgress() {
    clearTimeout(this.#standstill);
    // Only in CI: a person who runs a long file notices it anyway.
    if (process.env.CI === undefined) return;
    this.#standstill = setTimeout(() => this.#end(), STANDSTILL_MS);
    this.#standstill.unref();
  }

  #end() {
    print(`No test file has ended for ${seconds(STANDSTILL_MS)}. Under way:`);
    for (const name of this.#underWay.values()) print(`  ${name}`);
    // Signals the whole group: a worker with a blocked event loop does not notice that this process
    // is gone.
    try {
      process.kill(-process.pid, 'SIGTERM');
    } catch {
      // When it was started from a shell, it leads no group.
      process.kill(process.pid, 'SIGTERM');
    }
  }
}

function nameOf({ path, context }) {
  const { displayName, rootDir } = context.config;
  return `${displayName?.name ?? ''} ${path.slice(rootDir.length + 1)}`;
}

function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function print(line) {
  process.stderr.write(`${line}\n`);
}
