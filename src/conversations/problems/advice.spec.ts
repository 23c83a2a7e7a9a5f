import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ADVICE, adviceOn } from './advice.js';

const handbook = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

/** Reads the codes and the last column of the table below a heading. */
function tableBelow(heading: string): { codes: string[]; advice: string }[] {
  const section = handbook.split(`### ${heading}\n`)[1]?.split('\n### ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `') && !line.includes('`errorCode`'));
  return rows.map((row) => {
    const cells = row.split('|').map((cell) => cell.trim());
    const codes = [...(cells[1] ?? '').matchAll(/`(\w+)`/g)].map(([, code = '']) => code);
    return { codes, advice: (cells.at(-2) ?? '').replaceAll("'", '’') };
  });
}

describe('advice', () => {
  it.each([
    ['failed', 'Chunks have failed'],
    ['uncorrected', 'Texts are not corrected'],
  ] as const)('on %s chunks is what docs/operations.md says below "%s"', (kind, heading) => {
    expect(tableBelow(heading)).toEqual(ADVICE[kind]);
  });

  it('exists for a code that nobody has foreseen', () => {
    expect(adviceOn('uncorrected', 'unforeseen')).toBe('read `error`, try again');
    expect(adviceOn('failed', 'no_speech')).toBe('nothing');
  });
});
