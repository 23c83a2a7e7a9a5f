import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type ProviderError,
  ProviderNotFoundError,
  ProviderRejectedError,
  ProviderUnavailableError,
} from '../provider-error.js';
import { errorOfAnswer, type Operation } from './assemblyai-error.js';
import { readTranscript } from './read-transcript.js';
import { SettingRefusedError } from './setting-refusal.js';

/** The tables that operators read; the code is held to them. */
const PAGE = new URL('../../../docs/assemblyai-errors.md', import.meta.url);

let rows: string[][];

beforeAll(async () => {
  const page = await readFile(PAGE, 'utf8');
  rows = page
    .split('\n')
    .filter((line) => /^\|(?! -|-)/.test(line))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
});

const unquoted = (code = ''): string => code.replaceAll('`', '');

function verdictOf(error: ProviderError): string {
  if (error instanceof SettingRefusedError) return 'without it';
  if (error instanceof ProviderNotFoundError) return 'not found';
  if (error instanceof ProviderRejectedError) return 'fail';
  return error instanceof ProviderUnavailableError && error.ambiguous ? 'look first' : 'retry';
}

describe('the page on AssemblyAI’s errors', () => {
  it('says of every answer what it leads to', () => {
    const answers = rows.filter(([, status]) => /^\d{3}$/.test(status ?? ''));
    const found = answers.map(([operation = '', status = '', said = '']) => {
      const error = errorOfAnswer({
        operation: operation as Operation,
        status: Number(status),
        headers: {},
        body: said === '' ? '' : JSON.stringify({ error: said }),
        secrets: [],
        nowMs: 0,
      });
      return [operation, status, said, verdictOf(error), error.code];
    });

    expect(answers.length).toBeGreaterThanOrEqual(20);
    expect(found).toEqual(answers.map((cells) => [...cells.slice(0, 4), unquoted(cells[4])]));
  });

  it('says of every error of a transcript what it leads to', () => {
    const sentences = rows.filter((cells) => cells.length === 3 && cells[0] !== 'error');
    const found = sentences.map(([said = '']) => {
      const reading = readTranscript({ id: 't', status: 'error', error: said });
      if (reading.kind !== 'failed') throw new Error(`${said} is no failure`);
      const verdict =
        reading.reason === 'no_speech' ? 'fail, no speech' : reading.canResubmit ? 'retry' : 'fail';
      return [said, verdict, reading.reason];
    });

    expect(sentences.length).toBeGreaterThanOrEqual(15);
    expect(found).toEqual(sentences.map(([said, verdict, code]) => [said, verdict, unquoted(code)]));
  });
});
