import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { wrongUsage } from '../../commands/wrong-usage.js';
import { findPersonalData } from '../../src/redaction/redact-patterns.js';
import { renderTable } from '../support/table.js';
import { CorpusError, parseCorpus } from './corpus.js';
import { isGoodEnough, MIN_PRECISION, MIN_RECALL, score, type Score } from './score.js';

const OWN_CORPUS = join('corpus', 'redaction');
const BELOW_PROMISE = 1;
const WRONG_USAGE = 2;

const USAGE = `Usage: npm run redaction [-- file...] [--mistakes]

Runs the patterns over a corpus (our own in ${OWN_CORPUS} unless files are named), and prints precision and recall of each
kind. Exits ${BELOW_PROMISE} when a kind is below ${MIN_PRECISION} or ${MIN_RECALL}. The format of a corpus is described in docs/redaction.md.
With --mistakes every miss and every wrong find is printed: that is text of the corpus.
`;

async function main(): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { mistakes: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) {
      process.stdout.write(USAGE);
      return 0;
    }
    return await run(positionals, values.mistakes === true);
  } catch (error) {
    const problem = wrongUsage(error) ?? (isUnreadable(error) ? error.message : undefined);
    if (problem === undefined) throw error;
    process.stderr.write(`${problem}\n\n${USAGE}`);
    return WRONG_USAGE;
  }
}

async function run(named: readonly string[], showMistakes: boolean): Promise<number> {
  const files = named.length > 0 ? named : await ownFiles();
  const corpora = await Promise.all(
    files.map(async (file) => parseCorpus(await readFile(file, 'utf8'), file)),
  );
  const cases = corpora.flat();
  const result = score(cases, findPersonalData);
  process.stdout.write(`${cases.length} cases of ${files.length} files\n\n${renderScore(result)}\n`);
  for (const { location, kind, problem, text } of showMistakes ? result.mistakes : []) {
    process.stdout.write(`${location}  ${kind} ${problem}: ${text}\n`);
  }
  const isGood = isGoodEnough(result);
  const verdict = isGood ? 'Every kind keeps' : 'NOT every kind keeps';
  process.stdout.write(`${verdict} the promise: precision ${MIN_PRECISION}, recall ${MIN_RECALL}.\n`);
  return isGood ? 0 : BELOW_PROMISE;
}

async function ownFiles(): Promise<string[]> {
  const names = await readdir(OWN_CORPUS);
  return names.filter((name) => name.endsWith('.jsonl')).map((name) => join(OWN_CORPUS, name));
}

function renderScore({ kinds }: Score): string {
  const ratio = (value: number | null): string => (value === null ? '-' : value.toFixed(3));
  return renderTable({
    columns: ['kind', 'labels', 'true pos.', 'false pos.', 'false neg.', 'precision', 'recall'],
    rows: kinds.map((one) => [
      one.kind,
      one.labels,
      one.truePositives,
      one.falsePositives,
      one.falseNegatives,
      ratio(one.precision),
      ratio(one.recall),
    ]),
  });
}

function isUnreadable(error: unknown): error is Error {
  return (
    error instanceof CorpusError || (error instanceof Error && 'code' in error && error.code === 'ENOENT')
  );
}

process.exitCode = await main();
