import type { Detector } from '../detector.js';
import type { Finding } from '../finding.js';
import { fold, readNumber } from '../number-words.js';
import { gapBefore, type Token, tokenize } from '../tokens.js';
import {
  AT_SIGNS,
  DASH_WORDS,
  DOT_WORDS,
  FOREIGN_DOT,
  INTRODUCERS,
  MAIL_CUE,
  NO_LOCAL_PARTS,
  PROVIDERS,
  SIGN_PHRASES,
  SIGN_WORDS,
  TOP_LEVELS,
} from './email-words.js';

/** Maximum length of an address on either side of its "at" sign, in characters. */
const REACH_CHARS = 110;
/**
 * Maximum number of words of a name before the sign in an announced address: "is jan de vries
 * apenstaartje".
 */
const MAX_NAME_WORDS = 4;
/**
 * Maximum number of words of a company's name after an unambiguous sign: "apenstaartje groene hart
 * punt nl".
 */
const MAX_DOMAIN_WORDS = 3;
const MAX_SPELLED = 24;

/** Determiners that follow the preposition "at": "at our website dot com". */
const DETERMINERS = /^ (?:our|the|my|their|your|his|her|this|that|a|an|de|het|onze|www)(?!\p{L})/iu;
const DETERMINER_CHARS = 8;

/** Matches a dot, written or spoken, after the first word, or a top-level domain without a dot. */
const HAS_DOT =
  /^[ ,]{0,2}[\p{L}\p{N}][^@<>]{0,80}?(?:\.|[ ([{-](?:dot|punt|punkt|point|punto|stip)[ )\]}-]| (?:com|nl|de|fr|es|it|be)(?!\p{L}))/iu;

type AtSign = { start: number; end: number; kind: 'sign' | 'named' | 'word' };

/**
 * Finds spoken addresses: "jan punt de vries apenstaartje example punt nl", "j dot doe at example
 * dot com".
 */
export const spokenEmailDetector: Detector = {
  kind: 'email',
  find: ({ text }) =>
    Array.from(text.matchAll(AT_SIGNS), (match) => atSignOf(match))
      .map((at) => readAddress(text, at))
      .filter((finding) => finding !== undefined),
};

function atSignOf(match: RegExpExecArray): AtSign {
  const { at, sign } = match.groups ?? {};
  const kind = sign !== undefined ? 'sign' : at !== undefined ? 'word' : 'named';
  return { start: match.index, end: match.index + match[0].length, kind };
}

function readAddress(text: string, at: AtSign): Finding | undefined {
  const domain = readDomain(text, at);
  if (domain === undefined) return undefined;
  const local = readLocal(text, at);
  if (local === undefined) return undefined;
  const isSure = at.kind !== 'word' || isCertain(text, at, { domain, local });
  return isSure ? { start: local.start, end: domain.end } : undefined;
}

interface Part extends Finding {
  /** Whether it has signs, digits or spelled letters, and is more than one plain word. */
  isMarked: boolean;
  /** Folded text without spaces and signs; for a domain, its first label. */
  name: string;
}

/** Whether the context confirms an address with "at", which is also a preposition. */
function isCertain(text: string, at: AtSign, { domain, local }: { domain: Part; local: Part }): boolean {
  if (NO_LOCAL_PARTS.has(local.name) || DETERMINERS.test(text.slice(at.end, at.end + DETERMINER_CHARS)))
    return false;
  if (local.isMarked || PROVIDERS.has(domain.name)) return true;
  if (FOREIGN_DOT.test(text.slice(at.end, domain.end))) return true;
  return MAIL_CUE.test(text.slice(Math.max(0, local.start - REACH_CHARS), local.start));
}

/** Reads the local part, from the sign to the left. */
function readLocal(text: string, at: AtSign): Part | undefined {
  const offset = Math.max(0, at.start - REACH_CHARS);
  const window = text.slice(offset, at.start);
  const tokens = tokenize(window);
  let first = tokens.length - 1;
  const last = tokens[first];
  if (last === undefined || !/^[ ,_]{0,2}$/.test(window.slice(last.end))) return undefined;
  if (SIGN_WORDS.has(fold(last.text))) return undefined;
  while (first > 0) {
    const taken = tokensOfLocal(window, tokens, first);
    if (taken === 0) break;
    first -= taken;
  }
  const start = tokens[first]?.start ?? 0;
  // The start was cut off, or the name has two signs: @jan@social.example.
  if ((start === 0 && offset > 0) || /[@<]$/.test(window.slice(0, start))) return undefined;
  const isMarked = first < tokens.length - 1 || last.isDigits;
  const name = tokens
    .slice(first)
    .map((token) => fold(token.text))
    .join('');
  const named = at.kind === 'sign' ? undefined : announcedName(window, tokens, first);
  return { start: offset + (named ?? start), end: at.start, isMarked, name };
}

/** Returns how many more tokens to the left belong to the local part. */
function tokensOfLocal(window: string, tokens: readonly Token[], first: number): number {
  const gap = gapBefore(window, tokens, first);
  // O'Brien, but not "it's j o e".
  if (gap === "'") return (tokens[first]?.text.length ?? 0) > 1 ? 1 : 0;
  if (/^[._+%-]?$/.test(gap)) return 1;
  const signs = signsBefore(tokens, first);
  // "jan (punt) de boer"
  if (!(signs > 0 ? /^[ ,)\]}]{1,2}$/ : /^[ ,.]{1,2}$/).test(gap)) return 0;
  if (signs > 0) return tokens[first - signs - 1] === undefined ? 0 : signs + 1;
  return continuesSpelling(window, tokens, first) ? 1 : 0;
}

/** Returns the number of words of a spoken sign before the token: "punt", "laag streepje". */
function signsBefore(tokens: readonly Token[], first: number): number {
  const phrase = SIGN_PHRASES.find((words) => endsWith(tokens, first, words));
  if (phrase !== undefined) return phrase.length;
  return SIGN_WORDS.has(fold(tokens[first - 1]?.text ?? '')) ? 1 : 0;
}

function continuesSpelling(window: string, tokens: readonly Token[], first: number): boolean {
  const before = tokens[first - 1];
  const current = tokens[first];
  if (before === undefined || current === undefined) return false;
  if (isShort(current) && isShort(before) && gapBefore(window, tokens, first - 1) !== "'") return true;
  // Digits only are no local part: "jan 85 at".
  const isOnlyDigits = tokens.slice(first).every((token) => token.isDigits);
  return isOnlyDigits && gapBefore(window, tokens, first) === ' ' && !INTRODUCERS.has(fold(before.text));
}

function endsWith(tokens: readonly Token[], end: number, words: readonly string[]): boolean {
  const start = end - words.length;
  return start >= 0 && words.every((word, index) => fold(tokens[start + index]?.text ?? '') === word);
}

/** Whether a token is a letter, digits, or a number word, as in a spelled name. */
function isShort({ text, isDigits }: Token): boolean {
  return isDigits || Array.from(text).length === 1 || readNumber([fold(text)]) !== undefined;
}

/**
 * Returns the start of an announced name in several words: "mijn mail is | jan de vries
 * apenstaartje".
 */
function announcedName(window: string, tokens: readonly Token[], first: number): number | undefined {
  for (let index = first - 1; index >= Math.max(0, first - MAX_NAME_WORDS); index -= 1) {
    const gap = gapBefore(window, tokens, index + 1);
    const token = tokens[index];
    if (token === undefined || token.isDigits) return undefined;
    if (INTRODUCERS.has(fold(token.text)) && /^[ ,:]{1,2}$/.test(gap)) {
      const isMail = MAIL_CUE.test(window.slice(0, token.end));
      return isMail && index + 1 < first ? tokens[index + 1]?.start : undefined;
    }
    if (!/^[ ]$/.test(gap)) return undefined;
  }
  return undefined;
}

/**
 * Reads the domain, from the sign to the right: labels, dots between them, and a known top-level
 * domain.
 */
function readDomain(text: string, at: AtSign): Part | undefined {
  const window = text.slice(at.end, at.end + REACH_CHARS);
  if (!HAS_DOT.test(window)) return undefined;
  const tokens = tokenize(window);
  const [head] = tokens;
  if (head === undefined || !/^[ ,]{0,2}$/.test(window.slice(0, head.start))) return undefined;
  const first = readLabel(window, tokens, { index: 0, maxWords: mayBeLong(text, at) ? MAX_DOMAIN_WORDS : 1 });
  let index = first.next;
  let end: number | undefined;
  const bare = tokens[index];
  if (PROVIDERS.has(first.name) && bare !== undefined && /^(?:com|nl|de|fr|es|it|be)$/i.test(bare.text)) {
    if (gapBefore(window, tokens, index) === ' ') end = bare.end;
  }
  for (;;) {
    const dot = readDot(window, tokens, index);
    if (dot === undefined) break;
    const label = readLabel(window, tokens, { index: dot, maxWords: 1 });
    if (label.name === '') break;
    index = label.next;
    if (TOP_LEVELS.has(label.name)) end = label.end;
  }
  if (end === undefined) return undefined;
  return { start: at.end, end: at.end + end, isMarked: false, name: first.name };
}

/**
 * Whether the domain may have several words, after an unambiguous sign or a cue: "minutes at
 * village hall dot org".
 */
function mayBeLong(text: string, at: AtSign): boolean {
  if (at.kind !== 'word') return at.kind === 'named';
  if (DETERMINERS.test(text.slice(at.end, at.end + DETERMINER_CHARS))) return false;
  return MAIL_CUE.test(text.slice(Math.max(0, at.start - REACH_CHARS), at.start));
}

interface Label {
  name: string;
  /** Number of words so far, without spelled letters. */
  words: number;
  /** Whether a hyphen was spoken last, so that the next word continues the label. */
  isJoined: boolean;
  next: number;
  end: number;
}

/** Reads a label: a word, hyphenated or not, or spelled letters. */
function readLabel(
  window: string,
  tokens: readonly Token[],
  { index, maxWords }: { index: number; maxWords: number },
): Label {
  let label: Label = { name: '', words: 0, isJoined: false, next: index, end: 0 };
  while (label.next < tokens.length && label.next - index < MAX_SPELLED) {
    const longer = withToken(window, tokens, label);
    if (longer === undefined || longer.words > maxWords) break;
    label = longer;
  }
  return label;
}

/** @returns undefined when the next token does not belong to the label */
function withToken(window: string, tokens: readonly Token[], label: Label): Label | undefined {
  const token = tokens[label.next];
  if (token === undefined) return undefined;
  const word = fold(token.text);
  const taken = { ...label, name: label.name + word, isJoined: false, next: label.next + 1, end: token.end };
  const isLetter = isOneLetter(token);
  if (label.name === '') return { ...taken, words: isLetter ? 0 : 1 };
  const gap = gapBefore(window, tokens, label.next);
  if (!/^(?: ?-? ?|\. ?)$/.test(gap) || DOT_WORDS.has(word)) return undefined;
  if (DASH_WORDS.has(word)) return { ...label, isJoined: true, next: label.next + 1 };
  if (isLetter && isOneLetter(tokens[label.next - 1])) {
    // "n l a ...": a letter after a complete top-level domain is a separate word.
    return TOP_LEVELS.has(label.name) && !TOP_LEVELS.has(taken.name) ? undefined : taken;
  }
  if (gap.includes('.')) return undefined;
  if (label.isJoined || /^-?$/.test(gap)) return taken;
  // "n l bedankt": a word after spelled letters does not belong to the label.
  return label.words === 0 ? undefined : { ...taken, words: label.words + 1 };
}

function isOneLetter(token: Token | undefined): boolean {
  return token !== undefined && Array.from(token.text).length === 1;
}

/** @returns the index after a dot, written or spoken, if there is one at this index */
function readDot(window: string, tokens: readonly Token[], index: number): number | undefined {
  const token = tokens[index];
  if (token === undefined) return undefined;
  const gap = gapBefore(window, tokens, index);
  if (/^ ?\. ?$/.test(gap)) return index;
  if (!/^[ ([{,-]{1,2}$/.test(gap) || !DOT_WORDS.has(fold(token.text))) return undefined;
  return /^[ )\]},-]{1,2}$/.test(gapBefore(window, tokens, index + 1)) ? index + 1 : undefined;
}
