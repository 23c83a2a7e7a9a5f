import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Format } from './arguments.js';
import { chooseOutput, write } from './output.js';
import { checkRecordings } from './recordings.js';

describe('files of the transcription', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-files-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const choose = (format: Format, out: string | undefined, file = 'Interview 1.final.mp3') =>
    chooseOutput({ format, out }, [{ path: join(folder, file), name: file }], { folder, isTerminal: true });

  it('are named after the first recording and the format, in a folder that is made', async () => {
    expect(await choose('text', 'a/b')).toEqual({
      kind: 'file',
      path: join(folder, 'a/b/Interview 1.final.txt'),
    });
    expect(await readdir(join(folder, 'a'))).toEqual(['b']);
  });

  it('are needed for docx on a terminal only', async () => {
    expect(await choose('docx', undefined)).toEqual({ problem: expect.stringContaining('--out') as unknown });
    expect(await choose('md', undefined)).toEqual({ kind: 'stdout' });
  });

  it('never replace a recording, nor a file by a folder', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await choose('json', '.', 'a.json')).toEqual({
      problem: expect.stringContaining('replace') as unknown,
    });
    expect(await choose('json', 'file')).toEqual({ problem: '--out file is not a folder' });
    expect(await choose('json', 'file/inside')).toEqual({ problem: '--out file/inside is not a folder' });
  });

  it('replace an earlier result as a whole, and end with a line break when they are text', async () => {
    const path = join(folder, 'a.txt');
    await writeFile(path, 'earlier');
    await write({ kind: 'file', path }, Buffer.from('text'), true);
    expect(await readFile(path, 'utf8')).toBe('text\n');
    await write({ kind: 'file', path }, Buffer.from('bytes'), false);
    expect(await readFile(path, 'utf8')).toBe('bytes');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('have names that differ, and no control characters', async () => {
    for (const name of ['a.wav', 'b\u001b[2J.wav']) await writeFile(join(folder, name), 'sound');
    const { recordings } = await checkRecordings(['a.wav', './a.wav', 'b\u001b[2J.wav'], folder);
    expect(recordings.map(({ name }) => name)).toEqual(['a.wav', './a.wav', 'b?[2J.wav']);
  });

  it('are refused one by one with what is wrong', async () => {
    await writeFile(join(folder, 'empty.wav'), '');
    expect(await checkRecordings(['missing.wav', 'empty.wav', '.', 'empty.wav/x'], folder)).toEqual({
      recordings: [],
      problems: [
        'missing.wav does not exist',
        'empty.wav is empty',
        '. is not a file',
        'empty.wav/x does not exist',
      ],
    });
  });
});
