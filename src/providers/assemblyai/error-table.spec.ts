import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ProviderError,
  ProviderNotFoundError,
  ProviderRejectedError,
  ProviderUnavailableError,
} from '../provider-error.js';
import { errorOfAnswer, type Operation } from './assemblyai-error.js';
import { readTranscript } from './read-transcript.js';
import { SettingRefusedError } from './setting-refusal.js';

/** The tables that operators read; the code must match them. */
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
  return error instanceof ProviderUnavailableError && error.ambiguous ? 'search first' : 'retry';
}

describe('the page on AssemblyAI’s errors', () => {
  it('documents the consequence of every answer', () => {
    const answers = rows.filter(([, status]) => /^\d{3}$/.test(status ?? ''));
    const found = answers.map(([operation = '', status = '', sentence = '']) => {
      const error = errorOfAnswer({
        operation: operation as Operation,
        status: Number(status),
        headers: {},
        body: sentence === '' ? '' : JSON.stringify({ error: sentence }),
        secrets: [],
        nowMs: 0,
      });
      return [operation, status, sentence, verdictOf(error), error.code];
    });

    expect(answers.length).toBeGreaterThanOrEqual(20);
    expect(found).toEqual(answers.map((cells) => [...cells.slice(0, 4), unquoted(cells[4])]));
  });

  it('documents the consequence of every transcript error', () => {
    const sentences = rows.filter((cells) => cells.length === 3 && cells[0] !== 'error');
    const found = sentences.map(([sentence = '']) => {
      const reading = readTranscript({ id: 't', status: 'error', error: sentence });
      if (reading.kind !== 'failed') throw new Error(`${sentence} is no failure`);
      const verdict =
        reading.reason === 'no_speech' ? 'fail, no speech' : reading.canResubmit ? 'retry' : 'fail';
      return [sentence, verdict, reading.reason];
    });

    expect(sentences.length).toBeGreaterThanOrEqual(15);
    expect(found).toEqual(sentences.map(([sentence, verdict, code]) => [sentence, verdict, unquoted(code)]));
  });
});
