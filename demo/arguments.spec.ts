import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDemoArguments } from './arguments.js';

describe('the arguments of the demo', () => {
  it.each([
    [[], { kind: 'run', options: { exit: false, dataDir: resolve('.data/demo') } }],
    [['--exit'], { kind: 'run', options: { exit: true, dataDir: resolve('.data/demo') } }],
    [['--data-dir', '/srv/demo'], { kind: 'run', options: { exit: false, dataDir: '/srv/demo' } }],
    [['--exit', '--help'], { kind: 'help' }],
    [['-h'], { kind: 'help' }],
  ])('understand %j', (args, parsed) => {
    expect(parseDemoArguments(args)).toEqual(parsed);
  });

  it.each([[['--exti']], [['exit']], [['--exit=yes']], [['--data-dir']], [['--data-dir', '']]])(
    'are refused with a reason when they are %j',
    (args) => {
      expect(parseDemoArguments(args)).toEqual({
        kind: 'wrong',
        problem: expect.stringMatching(/\w+/) as unknown,
      });
    },
  );
});
