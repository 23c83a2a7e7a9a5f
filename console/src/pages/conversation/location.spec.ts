import { describe, expect, it } from 'vitest';
import { conversationUrl, momentOf, tabOf, withMoment } from './location';

describe('the address of a conversation', () => {
  it('names its tab and moment, and leaves out what goes without saying', () => {
    expect(conversationUrl('x', { ms: null })).toBe('/c/x');
    expect(conversationUrl('x', { tab: 'text', ms: 65_240 })).toBe('/c/x?t=65.2');
    expect(conversationUrl('x', { tab: 'runs', ms: 0 })).toBe('/c/x?tab=runs&t=0');
  });

  it('is read again as it was written', () => {
    expect(tabOf({ tab: 'changes' })).toBe('changes');
    expect(tabOf({ tab: 'nonsense' })).toBe('text');
    expect(momentOf({ t: '65.2' })).toBe(65_200);
    expect([momentOf({}), momentOf({ t: '-1' }), momentOf({ t: 'x' })]).toEqual([null, null, null]);
  });

  it('keeps its filters when the moment changes', () => {
    expect(withMoment('?tab=changes&minor=hide&t=1', 2_000)).toBe('?tab=changes&minor=hide&t=2');
  });
});
