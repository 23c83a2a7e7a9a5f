// npm run mutants [-- --only <words of its name>]: breaks one rule of the service at a time, in a
// copy, and reports which random scenario of test/properties detects it. Fails when a mutant is not
// detected within the scenarios of npm run soak.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTANTS } from './mutants-list.mjs';
import './follow-parent.mjs';
import { projects, root, runVitest } from './run-vitest.mjs';

const ENGINES = ['postgres', 'redis'];
const COPIED = ['src', 'test', 'simulator', 'package.json', 'vitest.config.js', 'tsconfig.json'];
const SHARED = ['node_modules', 'dist'];

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = MUTANTS.filter(({ name }) => values.only === undefined || name.includes(values.only));

const copy = mkdtempSync(join(tmpdir(), 'ringback-mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const path of COPIED) cpSync(join(root, path), join(copy, path), { recursive: true });
for (const path of SHARED) symlinkSync(join(root, path), join(copy, path));

/**
 * @returns the changed text; the original text must occur exactly once, or the list is out of date
 */
function broken(text, { name, file, changes }) {
  return changes.reduce((changed, [found, replacement]) => {
    const occurrences = changed.split(found).length - 1;
    if (occurrences !== 1) {
      throw new Error(
        `"${name}" searches a text that occurs ${occurrences} times in ${file}; correct it in scripts/mutants-list.mjs:\n${found}`,
      );
    }
    return changed.replace(found, () => replacement);
  }, text);
}

/**
 * Runs the scenarios, each engine until its first failure.
 * @returns the result line of each engine
 */
async function runScenarios(engines, suite) {
  const file = `test/properties/scenarios-of-${suite}.e2e-spec.ts`;
  const { stdout, stderr } = await runVitest([...projects(engines), file], {
    cwd: copy,
    env: { PROPERTY_SHRINK: 'no', RINGBACK_SOAK: 'full' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = [...stdout.matchAll(/^(\w+), \w+, seed \d+: (.*)$/gm)];
  const results = new Map(lines.map(([, engine, line]) => [engine, line]));
  for (const engine of engines) {
    if (!results.has(engine)) throw new Error(`the suite did not end on ${engine}:\n${stdout}\n${stderr}`);
  }
  return results;
}

function detectedBy(line) {
  const [, scenario, reason] = /^scenario (\d+) fails: (.*)$/.exec(line) ?? [];
  return scenario === undefined ? undefined : { scenario, reason: withoutIds(reason) };
}

function withoutIds(reason) {
  return reason
    .replace(/^.*this does not hold: /, '')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}(-\d+)?/g, '…')
    .replaceAll('|', '\\|');
}

for (const mutant of MUTANTS) broken(readFileSync(join(root, mutant.file), 'utf8'), mutant);

let undetected = 0;
process.stdout.write(`| broken | ${ENGINES.join(' | ')} | does not hold |\n| --- | --- | --- | --- |\n`);
for (const mutant of chosen) {
  const original = readFileSync(join(root, mutant.file), 'utf8');
  writeFileSync(join(copy, mutant.file), broken(original, mutant));
  const engines = mutant.engines ?? ENGINES;
  const results = await runScenarios(engines, mutant.suite ?? 'chunks');
  writeFileSync(join(copy, mutant.file), original);
  const detections = ENGINES.map((engine) => detectedBy(results.get(engine) ?? ''));
  const scenarios = ENGINES.map((engine, index) => {
    if (!engines.includes(engine)) return '';
    return detections[index]?.scenario ?? 'NOT DETECTED';
  });
  undetected += scenarios.filter((scenario) => scenario === 'NOT DETECTED').length;
  const reasons = [...new Set(detections.flatMap((result) => result?.reason ?? []))];
  process.stdout.write(`| ${mutant.name} | ${scenarios.join(' | ')} | ${reasons.join('; ')} |\n`);
}
process.exitCode = undetected === 0 ? 0 : 1;
