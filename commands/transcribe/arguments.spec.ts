import { describe, expect, it } from 'vitest';
import { parseTranscribeArguments } from './arguments.js';

describe('the arguments of the transcription', () => {
  it('have defaults for everything but the files', () => {
    expect(parseTranscribeArguments(['a.wav', 'b.wav'])).toEqual({
      kind: 'run',
      options: {
        files: ['a.wav', 'b.wav'],
        format: 'text',
        out: undefined,
        language: 'auto',
        hotwords: undefined,
        speakers: false,
      },
    });
  });

  it('may stand before and after the files', () => {
    const args = ['--format', 'docx', 'a.wav', '--out=texts', '--language', 'es-419', '--speakers'];
    expect(parseTranscribeArguments([...args, '--hotwords', 'Wilgenbrug, Joris'])).toMatchObject({
      options: {
        files: ['a.wav'],
        format: 'docx',
        out: 'texts',
        language: 'es-419',
        hotwords: 'Wilgenbrug, Joris',
        speakers: true,
      },
    });
  });

  it('are not read further when help is asked for', () => {
    expect(parseTranscribeArguments(['--format', 'pdf', '-h'])).toEqual({ kind: 'help' });
  });

  it.each([
    [[], 'give at least one recording'],
    [['--format', 'md'], 'give at least one recording'],
    [['a.wav', '--format', 'pdf'], '--format is one of text, md, json, srt, vtt or docx, not pdf'],
    [['a.wav', '--format', 'toString'], '--format is one of'],
    [['a.wav', '--format', 'md', '--format', 'srt'], 'one --format only'],
    [['a.wav', '--out', ''], '--out wants'],
    [['a.wav', '--language', 'xx'], '--language is a tag such as'],
    [['a.wav', '--fast'], '--fast'],
  ])('are refused with a reason when they are %j', (args, problem) => {
    expect(parseTranscribeArguments(args)).toEqual({
      kind: 'wrong',
      problem: expect.stringContaining(problem) as unknown,
    });
  });
});
