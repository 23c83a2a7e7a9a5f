import { describe, expect, it } from 'vitest';
import { joinWindows, withoutNeighbors } from './seams.js';

const alone = (text: string) => ({ text, draft: text });

describe('joinWindows', () => {
  it('joins texts by a space, or by a paragraph where they have paragraphs and a sentence ends', () => {
    expect(joinWindows([alone('First.'), alone('Second')])).toBe('First. Second');
    expect(joinWindows([alone('One.\n\nTwo.'), alone('Three and'), alone('four.')])).toBe(
      'One.\n\nTwo.\n\nThree and four.',
    );
  });

  it('leaves out windows without speech', () => {
    expect(joinWindows([alone(' '), alone('Second.'), alone('')])).toBe('Second.');
    expect(joinWindows([])).toBe('');
  });

  it('keeps words once that both sides of a seam have', () => {
    const first = { text: 'We walk to the old bridge.', draft: 'we walk to the' };
    const second = { text: 'To the old bridge, then home.', draft: 'old bridge then home' };

    expect(joinWindows([first, second])).toBe('We walk to the old bridge. then home.');
  });

  it('keeps words twice that the first stage heard twice', () => {
    const first = { text: 'Yes, yes, yes we can.', draft: 'yes yes yes we can' };
    const second = { text: 'Yes we can, he said.', draft: 'yes we can he said' };

    expect(joinWindows([first, second])).toBe('Yes, yes, yes we can. Yes we can, he said.');
  });

  it('keeps one or two equal words, which may be chance', () => {
    const first = { text: 'And then', draft: null };
    const second = { text: 'and then we left.', draft: null };

    expect(joinWindows([first, second])).toBe('And then and then we left.');
  });
});

describe('withoutNeighbors', () => {
  const neighbors = { before: 'over the long bridge', after: 'and we came home late' };

  it('removes the words of both neighbors', () => {
    const answer = 'Over the long bridge. We rode fast, and we came home';

    expect(withoutNeighbors(answer, 'we rode fast', neighbors)).toBe('We rode fast,');
  });

  it('keeps such words where the first stage heard them in the window', () => {
    const draft = 'over the long bridge we rode and we came home';

    expect(withoutNeighbors(draft, draft, neighbors)).toBe(draft);
  });

  it('changes nothing without neighbors', () => {
    expect(withoutNeighbors('a b c d', 'x', { before: '', after: '' })).toBe('a b c d');
  });
});
