import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PII_KINDS } from '../../src/redaction/detector.js';
import { findPersonalData, redactPatterns } from '../../src/redaction/redact-patterns.js';
import { parseCorpus } from './corpus.js';
import { MIN_PRECISION, MIN_RECALL, score } from './score.js';

const FOLDER = join('corpus', 'redaction');

/** The promised minimum; at least a quarter of the cases contain no personal data. */
const MIN_CASES = 300;

const cases = readdirSync(FOLDER).flatMap((file) =>
  parseCorpus(readFileSync(join(FOLDER, file), 'utf8'), file),
);

describe('the redaction by patterns, on the corpus', () => {
  const { kinds } = score(cases, findPersonalData);

  it('is measured by enough cases, with and without personal data in them', () => {
    expect(cases.length).toBeGreaterThanOrEqual(MIN_CASES);
    const negatives = cases.filter(({ data }) => data.length === 0);
    expect(negatives.length).toBeGreaterThanOrEqual(MIN_CASES / 4);
  });

  it.each(PII_KINDS.map((kind) => [kind]))('keeps the promised precision and recall of %s', (kind) => {
    const one = kinds.find((candidate) => candidate.kind === kind);
    expect(one?.labels).toBeGreaterThan(0);
    expect(one?.precision).toBeGreaterThanOrEqual(MIN_PRECISION);
    expect(one?.recall).toBeGreaterThanOrEqual(MIN_RECALL);
  });

  it('changes nothing in a second run', () => {
    for (const { text } of cases) {
      const once = redactPatterns(text).text;
      expect(redactPatterns(once)).toEqual({ text: once, counts: {} });
    }
  });

  it('finds about the same in one long transcript', () => {
    const transcript = cases.map(({ text }) => text).join('\n\n');
    const found = findPersonalData(transcript).length;
    const alone = cases.reduce((sum, { text }) => sum + findPersonalData(text).length, 0);
    // A label at the end of one case may announce the start of the next.
    expect(Math.abs(found - alone)).toBeLessThanOrEqual(alone * (1 - MIN_PRECISION));
  });
});
