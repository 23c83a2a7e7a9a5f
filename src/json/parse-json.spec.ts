import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { parseJson, parseJsonInSteps } from './parse-json.js';

const TEXTS: readonly (readonly [what: string, text: string, value: unknown])[] = [
  ['an object', '{"a":[1,null]}', { a: [1, null] }],
  ['null', 'null', null],
  ['a page of a proxy', '<html>', undefined],
  ['half an answer', '{"a":', undefined],
  ['nothing', '', undefined],
  ['an answer nested too deep', '['.repeat(200) + ']'.repeat(200), undefined],
];

describe('JSON that others wrote', () => {
  it.each(TEXTS)('is read, or is nothing: %s', async (_what, text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(await parseJsonInSteps(text)).toEqual(value);
  });

  it('leaves turns to others while a long text is read', async () => {
    let turns = 0;
    const parsed = parseJsonInSteps(JSON.stringify(['a'.repeat(1_000_001)])).then(() => turns);
    for (; turns < 10; turns += 1) await nextIteration();

    expect(await parsed).toBeGreaterThanOrEqual(2);
    expect(await parsed).toBeLessThan(10);
  });
});
