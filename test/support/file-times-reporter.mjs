import { appendFileSync } from 'node:fs';

/** Files that are listed after a run. */
const LISTED = 20;

/**
 * Far beyond the longest file: one whose event loop stands still never ends, nor does its time
 * limit.
 */
const STANDSTILL_MS = 10 * 60_000;

/**
 * Reporter of Vitest. Prints the slowest files of a run, with the share of their time spent outside
 * of tests (loading, hooks). Ends a run in which no file ends any more, with the names of the files
 * under way. Appends each failure to the file that RINGBACK_FAILURES names, for whoever starts several
 * runs and repeats the failures of all of them at the end.
 */
export default class FileTimesReporter {
  #underWay = new Map();
  #files = [];
  #standstill;

  onTestRunStart() {
    this.#expectProgress();
  }

  onTestModuleStart(module) {
    this.#underWay.set(module.id, nameOf(module));
  }

  onTestModuleEnd(module) {
    this.#underWay.delete(module.id);
    const { collectDuration, setupDuration, duration } = module.diagnostic();
    const ms = collectDuration + setupDuration + duration;
    const testsMs = [...module.children.allTests()].reduce(
      (sum, test) => sum + (test.diagnostic()?.duration ?? 0),
      0,
    );
    this.#files.push({ name: nameOf(module), ms, testsMs });
    this.#expectProgress();
  }

  onTestRunEnd(modules, unhandledErrors) {
    clearTimeout(this.#standstill);
    this.#recordFailures(modules, unhandledErrors);
    if (this.#files.length < 2) return;
    const totalMs = this.#files.reduce((sum, { ms }) => sum + ms, 0);
    const slowest = this.#files.toSorted((one, other) => other.ms - one.ms).slice(0, LISTED);
    print(`Slowest of ${this.#files.length} files, ${seconds(totalMs)} in all (share outside of tests):`);
    for (const { name, ms, testsMs } of slowest) {
      const share = Math.round((1 - Math.min(1, testsMs / ms)) * 100);
      print(`${seconds(ms).padStart(9)} ${String(share).padStart(3)} %  ${name}`);
    }
  }

  #recordFailures(modules, unhandledErrors) {
    const file = process.env.RINGBACK_FAILURES;
    if (file === undefined) return;
    const failures = modules.flatMap((module) => [
      ...module.errors().map((error) => [nameOf(module), error]),
      ...[...module.children.allTests('failed')].map((test) => [
        `${nameOf(module)} > ${test.fullName}`,
        test.result().errors?.[0],
      ]),
    ]);
    failures.push(...unhandledErrors.map((error) => ['outside of any test', error]));
    for (const [name, error] of failures) appendFileSync(file, `${name}\n    ${firstLine(error)}\n`);
  }

  #expectProgress() {
    clearTimeout(this.#standstill);
    // Somebody who runs a long file by hand sees for themselves.
    if (process.env.CI === undefined) return;
    this.#standstill = setTimeout(() => this.#end(), STANDSTILL_MS);
    this.#standstill.unref();
  }

  #end() {
    print(`No test file has ended for ${seconds(STANDSTILL_MS)}. Under way:`);
    for (const name of this.#underWay.values()) print(`  ${name}`);
    // The whole group: a worker whose event loop stands still does not notice that this process is
    // gone.
    try {
      process.kill(-process.pid, 'SIGTERM');
    } catch {
      // Started by hand, it leads no group.
      process.kill(process.pid, 'SIGTERM');
    }
  }
}

function nameOf({ project, relativeModuleId }) {
  return `${project.name} ${relativeModuleId}`;
}

function firstLine(error) {
  return String(error?.message ?? error).split('\n', 1)[0];
}

function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function print(line) {
  process.stderr.write(`${line}\n`);
}
