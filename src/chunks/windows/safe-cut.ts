import { redactSteps } from '../../redaction/redact-patterns.js';
import type { Steps } from '../../redaction/steps.js';

/**
 * Context of a cut on each side. The patterns need at most 256 characters across a space, and are
 * sure of a number after 192 more (`redaction/windows.ts`).
 */
const CONTEXT_CHARS = 512;

/**
 * Tells whether a text may be cut before a word: redacting both sides alone by patterns gives the
 * same as redacting them together, so that no finding spans the cut or depends on the other side.
 *
 * @param at position of the word
 */
export function* isSafeCut(text: string, at: number): Steps<boolean> {
  const before = text.slice(wordStart(text, Math.max(0, at - CONTEXT_CHARS)), at).trimEnd();
  const after = text.slice(at, wordStart(text, at + CONTEXT_CHARS)).trim();
  const together = yield* redactSteps(`${before} ${after}`);
  yield;
  const apart = `${(yield* redactSteps(before)).text} ${(yield* redactSteps(after)).text}`;
  return together.text === apart;
}

/** Returns the beginning of the first whole word from a position on. */
function wordStart(text: string, position: number): number {
  if (position <= 0 || position >= text.length) return Math.min(Math.max(position, 0), text.length);
  const space = text.indexOf(' ', position - 1);
  return space === -1 || space > position + CONTEXT_CHARS ? position : space + 1;
}
