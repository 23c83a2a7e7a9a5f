import { describe, expect, it } from 'vitest';
import { addFiles, moveFile, type PickedFile } from './picked-files';

const file = (name: string, size = 1) => new File(['x'.repeat(size)], name, { lastModified: 1 });
const names = (picked: readonly PickedFile[]) => picked.map((one) => one.file.name);

describe('picked files', () => {
  it('are added by name, numbers in their order', () => {
    expect(names(addFiles([], [file('part 10'), file('part 2')]))).toEqual(['part 2', 'part 10']);
  });

  it('are added after those that were there, and only once', () => {
    const first = addFiles([], [file('b')]);
    expect(names(addFiles(first, [file('b'), file('a')]))).toEqual(['b', 'a']);
    expect(names(addFiles(first, [file('b', 2)]))).toEqual(['b', 'b']);
  });

  it('have tokens of their own', () => {
    const tokens = addFiles([], [file('a'), file('b')]).map(({ token }) => token);
    expect(new Set(tokens).size).toBe(2);
    expect(tokens[0]).toMatch(/^[\da-f]{32}$/);
  });

  it('move by one, and stay at the ends', () => {
    const picked = addFiles([], [file('a'), file('b'), file('c')]);
    const [a = '', , c = ''] = picked.map(({ token }) => token);
    expect(names(moveFile(picked, a, 1))).toEqual(['b', 'a', 'c']);
    expect(names(moveFile(picked, c, -1))).toEqual(['a', 'c', 'b']);
    expect(moveFile(picked, a, -1)).toBe(picked);
    expect(moveFile(picked, c, 1)).toBe(picked);
    expect(moveFile(picked, 'unknown', 1)).toBe(picked);
  });
});
