import { describe, expect, it } from 'vitest';
import { parseBenchArguments, usage } from './arguments.js';
import { SCENARIOS } from './catalogue.js';
import { defineScenario, type Scenario } from './scenario.js';

const aScenario = (name: string, options: Scenario['options']): Scenario =>
  defineScenario({
    name,
    measures: 'nothing',
    options,
    run: () => Promise.reject(new Error('not to be run')),
  });

const first = aScenario('first', {
  chunks: { default: 60, min: 1, meaning: 'chunks' },
  seconds: { default: 5, min: 0, meaning: 'seconds' },
});
const withList: Scenario = {
  ...aScenario('with-list', {}),
  lists: { formats: { names: ['mp3', 'wav'], meaning: 'formats' } },
};
const second = aScenario('second', { chunks: { default: 9, min: 2, meaning: 'chunks' } });

describe('the arguments of the benchmarks', () => {
  const parse = (...args: string[]) => parseBenchArguments(args, [first, second]);

  it('choose all scenarios with their defaults when there are none', () => {
    expect(parse()).toEqual({
      kind: 'run',
      chosen: [
        { scenario: first, values: { chunks: 60, seconds: 5 } },
        { scenario: second, values: { chunks: 9 } },
      ],
    });
  });

  it('choose the named scenarios, with their numbers', () => {
    expect(parse('second', '--chunks', '3')).toEqual({
      kind: 'run',
      chosen: [{ scenario: second, values: { chunks: 3 } }],
    });
  });

  it('pass a number to every scenario that has the option, and to no other', () => {
    expect(parse('--chunks=3', '--seconds=0')).toEqual({
      kind: 'run',
      chosen: [
        { scenario: first, values: { chunks: 3, seconds: 0 } },
        { scenario: second, values: { chunks: 3 } },
      ],
    });
  });

  it.each([
    ['an unknown scenario', ['third'], 'there is no scenario third'],
    ['an unknown option', ['--speed', '1'], '--speed'],
    [
      'an option of a scenario that does not run',
      ['second', '--seconds', '1'],
      '--seconds belongs to another scenario',
    ],
    [
      'a number below the minimum of one of them',
      ['--chunks', '1'],
      '--chunks wants a whole number of 2 or more',
    ],
    ['what is no whole number', ['--chunks', '2.5'], '--chunks wants a whole number of 2 or more'],
    ['no number', ['--chunks'], '--chunks'],
  ])('are refused for %s', (_what, args, problem) => {
    expect(parse(...args)).toEqual({ kind: 'wrong', problem: expect.stringContaining(problem) as unknown });
  });

  it('choose some names of a list, or all of them', () => {
    const chosenBy = (...args: string[]) => parseBenchArguments(args, [first, withList]);

    expect(chosenBy('with-list', '--formats', 'wav')).toEqual({
      kind: 'run',
      chosen: [{ scenario: withList, values: {}, lists: { formats: ['wav'] } }],
    });
    expect(chosenBy('with-list')).toMatchObject({ chosen: [{ lists: { formats: ['mp3', 'wav'] } }] });
    expect(chosenBy('with-list', '--formats', 'wav,flac')).toEqual({
      kind: 'wrong',
      problem: '--formats wants some of mp3,wav',
    });
    expect(chosenBy('first', '--formats', 'wav')).toMatchObject({
      problem: '--formats belongs to another scenario',
    });
  });

  it('ask for help', () => {
    expect(parse('first', '--help')).toEqual({ kind: 'help' });
  });

  it('are all explained in the usage', () => {
    for (const { name, options, lists = {} } of SCENARIOS) {
      for (const word of [name, ...Object.keys({ ...options, ...lists }).map((option) => `--${option}`)]) {
        expect(usage(SCENARIOS)).toContain(word);
      }
    }
  });
});
