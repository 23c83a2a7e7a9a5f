import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseJson, parseJsonInSteps } from './parse-json.js';

const TEXTS: readonly (readonly [what: string, text: string, value: unknown])[] = [
  ['an object', '{"a":[1,null]}', { a: [1, null] }],
  ['null', 'null', null],
  ['a page of a proxy', '<html>', undefined],
  ['half an answer', '{"a":', undefined],
  ['nothing', '', undefined],
  ['an answer nested too deep', '['.repeat(200) + ']'.repeat(200), undefined],
];

describe('JSON from outside', () => {
  it.each(TEXTS)('is parsed, or undefined when it is invalid: %s', async (_what, text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(await parseJsonInSteps(text)).toEqual(value);
  });

  it('yields to the event loop while a long text is parsed', async () => {
    let iterations = 0;
    const parsed = parseJsonInSteps(JSON.stringify(['a'.repeat(1_000_001)])).then(() => iterations);
    for (; iterations < 10; iterations += 1) await nextIteration();

    expect(await parsed).toBeGreaterThanOrEqual(2);
    expect(await parsed).toBeLessThan(10);
  });
});
