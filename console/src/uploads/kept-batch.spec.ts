import { describe, expect, it } from 'vitest';
import { matchFiles, type KeptFile } from './kept-batch';

const KEPT: KeptFile[] = [
  { token: 'a', position: 3, name: 'one.wav', size: 2, lastModified: 5 },
  { token: 'b', position: 4, name: 'two.wav', size: 2, lastModified: 5 },
];

function file(name: string, content = '12'): File {
  return new File([content], name, { lastModified: 5 });
}

describe('files that are chosen again', () => {
  it('are sent on under their tokens and positions, in any order of choice', () => {
    const [two, one] = [file('two.wav'), file('one.wav')];
    expect(matchFiles(KEPT, [two, one])).toEqual([
      { token: 'a', position: 3, file: one },
      { token: 'b', position: 4, file: two },
    ]);
  });

  it('must be the same ones, and all of them', () => {
    expect(matchFiles(KEPT, [file('one.wav')])).toBeUndefined();
    expect(matchFiles(KEPT, [file('one.wav'), file('two.wav', 'longer')])).toBeUndefined();
  });
});
