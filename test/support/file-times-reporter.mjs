/** Files that are listed after a run. */
const LISTED = 20;

/**
 * Far beyond the longest file: a file whose event loop stands still never ends by itself, nor does its time limit. Long fuzz runs
 * are told to be given more.
 */
const STANDSTILL_MS = Number(process.env.STANDSTILL_MINUTES ?? 10) * 60_000;

/**
 * Reporter of Jest: prints the slowest files of a run with the share of their time that was spent outside of tests
 * (loading, hooks), and ends a run in which no file ends any more, with the names of the files under way.
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
    this.#standstill = setTimeout(() => this.#end(), STANDSTILL_MS);
    this.#standstill.unref();
  }

  #end() {
    print(`No test file has ended for ${seconds(STANDSTILL_MS)}. Under way:`);
    for (const name of this.#underWay.values()) print(`  ${name}`);
    // The workers too: one whose event loop stands still does not notice that the process above it is gone.
    try {
      process.kill(-process.pid, 'SIGTERM');
    } catch {
      // A run in the background of a script has no group of its own.
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
