import { paragraphOfWord, wordAtOffset, type WordAddress } from './find-word';
import { markOf } from './marks';
import type { Paragraph, Reading } from './reading';

interface Bound {
  reading: Reading;
  paragraph: Paragraph;
  element: HTMLElement;
  /** Ranges of its changed words while it is near the window. */
  drawn: [Highlight, AbstractRange][];
}

/** Changed words are marked as far from the window as a page scrolls in one step. */
const NEAR = '100% 0%';

/** Space around a word that still belongs to it when it is pointed at, in pixels. */
const SLACK = 3;

/** The paragraphs on the page: finds words by a point and ranges by a word, and draws the marks. */
export class Surface {
  private readonly byParagraph = new Map<Paragraph, Bound>();
  private readonly byElement = new Map<Element, Bound>();
  private readonly observer = new IntersectionObserver((entries) => this.drawNear(entries), {
    rootMargin: NEAR,
  });

  /** Remembers the element that shows a paragraph; its text is the element's only node. */
  bind(reading: Reading, paragraph: Paragraph, element: HTMLElement): () => void {
    const bound: Bound = { reading, paragraph, element, drawn: [] };
    this.byParagraph.set(paragraph, bound);
    this.byElement.set(element, bound);
    this.observer.observe(element);
    return () => {
      this.observer.unobserve(element);
      erase(bound);
      this.byParagraph.delete(paragraph);
      this.byElement.delete(element);
    };
  }

  /** Range of a word; undefined while its paragraph is not on the page. */
  rangeOf(readings: readonly Reading[], { chunkId, index }: WordAddress): Range | undefined {
    const reading = readings.find(({ chunk }) => chunk.id === chunkId);
    const paragraph = reading === undefined ? undefined : paragraphOfWord(reading, index);
    const bound = paragraph === undefined ? undefined : this.byParagraph.get(paragraph);
    return bound === undefined ? undefined : rangeIn(bound, index);
  }

  /** Finds the word under a point of the window, with the place where it stands. */
  wordAt(x: number, y: number): { word: WordAddress; range: Range } | undefined {
    const found = this.near(x, y);
    if (found === undefined) return undefined;
    const { bound, near } = found;
    // Between two words the caret belongs to both.
    for (const index of [near, near - 1, near + 1]) {
      const range = rangeIn(bound, index);
      if (range !== undefined && covers(range, x, y)) {
        return { word: { chunkId: bound.reading.chunk.id, index }, range };
      }
    }
    return undefined;
  }

  /** Finds a word near a point: the point may be between two lines. */
  wordNear(x: number, y: number): WordAddress | undefined {
    const found = this.near(x, y);
    return found && { chunkId: found.bound.reading.chunk.id, index: found.near };
  }

  private near(x: number, y: number): { bound: Bound; near: number } | undefined {
    const caret = caretAt(x, y);
    const element = caret?.node.parentElement ?? undefined;
    const bound = element === undefined ? undefined : this.byElement.get(element);
    if (caret === undefined || bound === undefined) return undefined;
    const near = wordAtOffset(bound.paragraph, caret.offset);
    return near === null ? undefined : { bound, near };
  }

  close(): void {
    this.observer.disconnect();
    for (const bound of this.byElement.values()) erase(bound);
  }

  private drawNear(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const bound = this.byElement.get(target);
      if (bound === undefined) continue;
      erase(bound);
      if (isIntersecting) draw(bound);
    }
  }
}

function draw(bound: Bound): void {
  const { reading, paragraph } = bound;
  for (let at = 0; at < paragraph.starts.length; at += 1) {
    const origin = reading.chunk.words[paragraph.firstWord + at]?.origin;
    if (origin !== 'corrected' && origin !== 'edited') continue;
    const highlight = markOf(origin);
    const range = rangeIn(bound, paragraph.firstWord + at);
    if (highlight === undefined || range === undefined) continue;
    const still = new StaticRange(range);
    highlight.add(still);
    bound.drawn.push([highlight, still]);
  }
}

function erase(bound: Bound): void {
  for (const [highlight, range] of bound.drawn) highlight.delete(range);
  bound.drawn = [];
}

function rangeIn({ paragraph, element }: Bound, index: number): Range | undefined {
  const at = index - paragraph.firstWord;
  const [start, end] = [paragraph.starts[at], paragraph.ends[at]];
  const node = element.firstChild;
  if (start === undefined || end === undefined || node === null) return undefined;
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, end);
  return range;
}

function covers(range: Range, x: number, y: number): boolean {
  return Array.from(range.getClientRects()).some(
    ({ left, right, top, bottom }) =>
      x >= left - SLACK && x <= right + SLACK && y >= top - SLACK && y <= bottom + SLACK,
  );
}

/** Finds the position in the text under a point; Safari has only the older function. */
function caretAt(x: number, y: number): { node: Node; offset: number } | undefined {
  if ('caretPositionFromPoint' in document) {
    const position = document.caretPositionFromPoint(x, y);
    return position === null ? undefined : { node: position.offsetNode, offset: position.offset };
  }
  const older = document as unknown as { caretRangeFromPoint?(x: number, y: number): Range | null };
  const range = older.caretRangeFromPoint?.(x, y);
  return range === undefined || range === null
    ? undefined
    : { node: range.startContainer, offset: range.startOffset };
}
