// npm run mutants [-- --only <words of its name>]: breaks one rule of the service at a time, in a copy, and tells which random
// life of test/properties sees it. Fails when one is not seen within the lives that npm run soak plays.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTANTS } from './mutants-list.mjs';
import './follow-parent.mjs';
import { root, runJest } from './run-jest.mjs';

const ENGINES = ['postgres', 'redis'];
const COPIED = ['src', 'test', 'simulator', 'package.json', 'jest.config.js', 'tsconfig.json'];
const SHARED = ['node_modules', 'dist'];

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = MUTANTS.filter(({ name }) => values.only === undefined || name.includes(values.only));

const copy = mkdtempSync(join(tmpdir(), 'ringback-mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const path of COPIED) cpSync(join(root, path), join(copy, path), { recursive: true });
for (const path of SHARED) symlinkSync(join(root, path), join(copy, path));

/** @returns the changed text; exactly one place must be meant, or the list is out of date */
function broken(text, { name, file, changes }) {
  return changes.reduce((changed, [found, replacement]) => {
    const places = changed.split(found).length - 1;
    if (places !== 1) {
      throw new Error(
        `"${name}" looks for a text that is ${places} times in ${file}; mend it in scripts/mutants-list.mjs:\n${found}`,
      );
    }
    return changed.replace(found, () => replacement);
  }, text);
}

/** Plays the lives, each engine until its first failure. @returns for each engine what it says in its line */
async function play(engines) {
  const { stdout, stderr } = await runJest(['--selectProjects', ...engines, '--', 'test/properties'], {
    cwd: copy,
    env: { PROPERTY_SHRINK: 'no', RINGBACK_SOAK: 'full' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = [...stdout.matchAll(/^(\w+), seed \d+: (.*)$/gm)];
  const told = new Map(lines.map(([, engine, line]) => [engine, line]));
  for (const engine of engines) {
    if (!told.has(engine)) throw new Error(`the suite did not end on ${engine}:\n${stdout}\n${stderr}`);
  }
  return told;
}

function seenBy(line) {
  const [, life, reason] = /^life (\d+) fails: (.*)$/.exec(line) ?? [];
  return life === undefined ? undefined : { life, reason: withoutIds(reason) };
}

function withoutIds(reason) {
  return reason
    .replace(/^.*this does not hold: /, '')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}(-\d+)?/g, '…')
    .replaceAll('|', '\\|');
}

for (const mutant of MUTANTS) broken(readFileSync(join(root, mutant.file), 'utf8'), mutant);

let unseen = 0;
process.stdout.write(`| broken | ${ENGINES.join(' | ')} | does not hold |\n| --- | --- | --- | --- |\n`);
for (const mutant of chosen) {
  const original = readFileSync(join(root, mutant.file), 'utf8');
  writeFileSync(join(copy, mutant.file), broken(original, mutant));
  const engines = mutant.engines ?? ENGINES;
  const told = await play(engines);
  writeFileSync(join(copy, mutant.file), original);
  const seen = ENGINES.map((engine) => seenBy(told.get(engine) ?? ''));
  const lives = ENGINES.map((engine, index) => {
    if (!engines.includes(engine)) return '';
    return seen[index]?.life ?? 'NOT SEEN';
  });
  unseen += lives.filter((life) => life === 'NOT SEEN').length;
  const reasons = [...new Set(seen.flatMap((result) => result?.reason ?? []))];
  process.stdout.write(`| ${mutant.name} | ${lives.join(' | ')} | ${reasons.join('; ')} |\n`);
}
process.exitCode = unseen === 0 ? 0 : 1;
