import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { type ProviderError, ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import { ModelList } from './model-list.js';

const rejected = (code: string) => new ProviderRejectedError(`is ${code}`, { provider: 'gemini', code });
const unavailable = (code: string) =>
  new ProviderUnavailableError(`is ${code}`, { provider: 'gemini', code, ambiguous: false });

/** A list of three models, some of which fail; the others answer with their own name. */
function listWhere(failures: Record<string, ProviderError>) {
  const list = new ModelList({ variable: 'CORRECTION_MODEL', models: ['one', 'two', 'three'] });
  const asked: string[] = [];
  const ask = (options?: { isLastTry: boolean }) =>
    list.ask((model) => {
      asked.push(model);
      const failure = failures[model];
      return failure === undefined ? Promise.resolve(model) : Promise.reject(failure);
    }, options);
  return { ask, asked };
}

describe('a list of models', () => {
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    vi.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => {
      warnings.push(String(line));
    });
  });

  it('asks only the first one, as long as it answers', async () => {
    const { ask, asked } = listWhere({});
    await expect(ask()).resolves.toBe('one');
    expect(asked).toEqual(['one']);
  });

  it.each(['model_not_found', 'prompt_blocked', 'answer_blocked', 'bad_request', 'forbidden', 'too_large'])(
    'asks the next one when the first fails with %s',
    async (code) => {
      const { ask, asked } = listWhere({ one: rejected(code) });
      await expect(ask()).resolves.toBe('two');
      expect(asked).toEqual(['one', 'two']);
    },
  );

  it.each(['throttled', 'server_error', 'timeout', 'truncated', 'blocked_without_reason'])(
    'asks no other one when the first fails with %s, as it is tried again later',
    async (code) => {
      const { ask, asked } = listWhere({ one: unavailable(code) });
      await expect(ask()).rejects.toMatchObject({ name: 'ProviderUnavailableError', code });
      expect(asked).toEqual(['one']);
    },
  );

  it('asks the next one on the last try even when the first is overloaded', async () => {
    const { ask, asked } = listWhere({ one: unavailable('throttled') });
    await expect(ask({ isLastTry: true })).resolves.toBe('two');
    expect(asked).toEqual(['one', 'two']);
  });

  it.each([rejected('unauthenticated'), rejected('not_configured'), unavailable('cancelled')])(
    'asks no other one when every one would fail alike ($code)',
    async (failure) => {
      const { ask, asked } = listWhere({ one: failure });
      await expect(ask({ isLastTry: true })).rejects.toBe(failure);
      expect(asked).toEqual(['one']);
    },
  );

  it('combines the messages of all when all refuse', async () => {
    const { ask } = listWhere({
      one: rejected('model_not_found'),
      two: rejected('prompt_blocked'),
      three: rejected('answer_blocked'),
    });
    await expect(ask()).rejects.toMatchObject({
      name: 'ProviderRejectedError',
      code: 'answer_blocked',
      message: 'one: is model_not_found two: is prompt_blocked three: is answer_blocked',
    });
  });

  it('is unavailable on the last try when not every failure was a refusal', async () => {
    const { ask } = listWhere({
      one: unavailable('throttled'),
      two: rejected('prompt_blocked'),
      three: rejected('answer_blocked'),
    });
    await expect(ask({ isLastTry: true })).rejects.toMatchObject({ name: 'ProviderUnavailableError' });
  });

  it('skips a model that was not found, and logs it once', async () => {
    const { ask, asked } = listWhere({ one: rejected('model_not_found') });
    await ask();
    await ask();
    expect(asked).toEqual(['one', 'two', 'two']);
    expect(warnings).toEqual(['CORRECTION_MODEL: one is skipped for 10 minutes: is model_not_found']);
  });

  it('asks a model again that refused the content of one request', async () => {
    const { ask, asked } = listWhere({ one: rejected('prompt_blocked') });
    await ask();
    await ask();
    expect(asked).toEqual(['one', 'two', 'one', 'two']);
  });

  it('rethrows an error of our own', async () => {
    const list = new ModelList({ variable: 'CORRECTION_MODEL', models: ['one', 'two'] });
    await expect(list.ask(() => Promise.reject(new TypeError('ours')))).rejects.toThrow('ours');
  });
});
