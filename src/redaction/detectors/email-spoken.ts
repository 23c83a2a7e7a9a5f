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

/** How far an address reaches to either side of its sign for "at", in characters. */
const REACH_CHARS = 110;
/** A name in several words before the sign, when somebody announces an address: "is jan de vries apenstaartje". */
const MAX_NAME_WORDS = 4;
/** A company's name in several words behind a sure sign: "apenstaartje groene hart punt nl". */
const MAX_DOMAIN_WORDS = 3;
const MAX_SPELLED = 24;

/** "at our website dot com" tells where, not to whom. */
const OWNERS = /^ (?:our|the|my|their|your|his|her|this|that|a|an|de|het|onze|www)(?!\p{L})/iu;
const OWNER_CHARS = 8;

/** A dot, written or said, somewhere behind the first word; or a provider that is known without one. */
const HAS_DOT =
  /^[ ,]{0,2}[\p{L}\p{N}][^@<>]{0,80}?(?:\.|[ ([{-](?:dot|punt|punkt|point|punto|stip)[ )\]}-]| (?:com|nl|de|fr|es|it|be)(?!\p{L}))/iu;

type AtSign = { start: number; end: number; kind: 'sign' | 'named' | 'word' };

/** Addresses that were read out: "jan punt de vries apenstaartje example punt nl", "j dot doe at example dot com". */
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
  /** More than one plain word: signs, digits or spelled letters in it. */
  isMarked: boolean;
  /** Folded, without spaces and signs; of the domain its first label. */
  name: string;
}

/** "at" is also a word: something else must say that this is an address. */
function isCertain(text: string, at: AtSign, { domain, local }: { domain: Part; local: Part }): boolean {
  if (NO_LOCAL_PARTS.has(local.name) || OWNERS.test(text.slice(at.end, at.end + OWNER_CHARS))) return false;
  if (local.isMarked || PROVIDERS.has(domain.name)) return true;
  if (FOREIGN_DOT.test(text.slice(at.end, domain.end))) return true;
  return MAIL_CUE.test(text.slice(Math.max(0, local.start - REACH_CHARS), local.start));
}

/** Reads from the sign to the left. */
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
  // The middle of something longer, or of a name with two signs: @jan@social.example.
  if ((start === 0 && offset > 0) || /[@<]$/.test(window.slice(0, start))) return undefined;
  const isMarked = first < tokens.length - 1 || last.isDigits;
  const name = tokens
    .slice(first)
    .map((token) => fold(token.text))
    .join('');
  const named = at.kind === 'sign' ? undefined : announcedName(window, tokens, first);
  return { start: offset + (named ?? start), end: at.start, isMarked, name };
}

/** How many more tokens to the left belong to the local part. */
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

/** How many words say a sign here: "punt", "laag streepje". */
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
  // Digits alone are no local part: "jan 85 at".
  const isOnlyDigits = tokens.slice(first).every((token) => token.isDigits);
  return isOnlyDigits && gapBefore(window, tokens, first) === ' ' && !INTRODUCERS.has(fold(before.text));
}

function endsWith(tokens: readonly Token[], end: number, words: readonly string[]): boolean {
  const start = end - words.length;
  return start >= 0 && words.every((word, index) => fold(tokens[start + index]?.text ?? '') === word);
}

/** A letter, digits, or a number in words: parts of a spelled name. */
function isShort({ text, isDigits }: Token): boolean {
  return isDigits || Array.from(text).length === 1 || readNumber([fold(text)]) !== undefined;
}

/** Where an announced name in several words begins: "mijn mail is | jan de vries apenstaartje". */
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

/** Reads from the sign to the right: labels, dots between them, and an end that addresses have. */
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

/** "minutes at village hall dot org": several words, where the sign is sure or an address was announced. */
function mayBeLong(text: string, at: AtSign): boolean {
  if (at.kind !== 'word') return at.kind === 'named';
  if (OWNERS.test(text.slice(at.end, at.end + OWNER_CHARS))) return false;
  return MAIL_CUE.test(text.slice(Math.max(0, at.start - REACH_CHARS), at.start));
}

interface Label {
  name: string;
  /** Words so far; letters one by one are none. */
  words: number;
  /** A hyphen was said: the next word is no new one. */
  isJoined: boolean;
  next: number;
  end: number;
}

/** A word, hyphenated or not, or letters one by one. */
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
    // "n l a ...": what follows a complete end is a word of one letter.
    return TOP_LEVELS.has(label.name) && !TOP_LEVELS.has(taken.name) ? undefined : taken;
  }
  if (gap.includes('.')) return undefined;
  if (label.isJoined || /^-?$/.test(gap)) return taken;
  // "n l bedankt": a word behind spelled letters is none of them.
  return label.words === 0 ? undefined : { ...taken, words: label.words + 1 };
}

function isOneLetter(token: Token | undefined): boolean {
  return token !== undefined && Array.from(token.text).length === 1;
}

/** @returns the place behind a dot, written or said, if one stands here */
function readDot(window: string, tokens: readonly Token[], index: number): number | undefined {
  const token = tokens[index];
  if (token === undefined) return undefined;
  const gap = gapBefore(window, tokens, index);
  if (/^ ?\. ?$/.test(gap)) return index;
  if (!/^[ ([{,-]{1,2}$/.test(gap) || !DOT_WORDS.has(fold(token.text))) return undefined;
  return /^[ )\]},-]{1,2}$/.test(gapBefore(window, tokens, index + 1)) ? index + 1 : undefined;
}
