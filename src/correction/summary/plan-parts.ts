/** A part of this length fits into a summary of 250 words without losing what was agreed. */
const PART_MINUTES = 20;

/**
 * Characters of a minute of speech: 150 words of six characters, spaces included, as in English and
 * Dutch conversations. The words' own times are in the answers of the first stage, which are much
 * longer than the text, and a text that was edited or typed has none.
 */
const CHARS_PER_MINUTE = 900;

/** A syllable or a word in one character: a minute of Chinese has about 300 of them. */
const WIDE_CHARACTER = 3;

/** Spoken length of a part, in characters of a script with letters. */
export const PART_LENGTH = PART_MINUTES * CHARS_PER_MINUTE;

/** Share of a part by which a cut may move to reach the end of a paragraph or a sentence. */
const MOVE_SHARE = 0.1;

/** Longest part in relation to the average one, if both of its ends move outwards. */
const MAX_GROWTH = 1 + 2 * MOVE_SHARE;

/** Places to cut at, from the best to the worst; a cut is at the end of a match. */
const BOUNDARIES = [
  // Chunks are merged as paragraphs.
  /\n{2,}/g,
  /\n/g,
  /[.!?…]["'”’»)\]]{0,3}\s+|[。！？]["'”’»)\]」』]{0,3}/g,
  /\s+/g,
] as const;

export interface PartLimits {
  /** Spoken length that parts should have. */
  partLength: number;
  /** No part is longer, in UTF-16 code units; at least 100. */
  maxChars: number;
}

/**
 * Cuts a transcript into parts of about the same spoken length, which together are the transcript.
 * A transcript below three halves of `partLength` is one part. Pure: equal input gives equal parts.
 */
export function planParts(transcript: string, { partLength, maxChars }: PartLimits): string[] {
  const total = spokenLength(transcript);
  const longest = Math.min(partLength, maxChars / MAX_GROWTH);
  // Rounded up where the limit of the model is lower, as no part may exceed it.
  const parts = longest < partLength ? Math.ceil(total / longest) : Math.round(total / partLength);
  const count = Math.max(parts, 1);
  const ideal = idealCuts(transcript, total / count, count);
  const cuts = ideal.map((at, index) => {
    const before = ideal[index - 1] ?? 0;
    const after = ideal[index + 1] ?? transcript.length;
    return moveToBoundary(transcript, at, Math.floor(Math.min(at - before, after - at) * MOVE_SHARE));
  });
  return [0, ...cuts].map((start, index) => transcript.slice(start, cuts[index]));
}

/** Returns the places after each `share` of the spoken length, of which there are `count`. */
function idealCuts(text: string, share: number, count: number): number[] {
  const cuts: number[] = [];
  let spoken = 0;
  for (let index = 0; index < text.length && cuts.length < count - 1; index += 1) {
    spoken += lengthOf(text.charCodeAt(index));
    if (spoken >= share * (cuts.length + 1)) cuts.push(index + 1);
  }
  return cuts;
}

/** Moves a cut by up to `most` characters to the nearest boundary of the best kind there is. */
function moveToBoundary(text: string, at: number, most: number): number {
  const from = at - most;
  const around = text.slice(from, at + most);
  for (const boundary of BOUNDARIES) {
    const ends = Array.from(around.matchAll(boundary), ({ 0: { length }, index }) => from + index + length);
    const [first, ...others] = ends;
    if (first === undefined) continue;
    return others.reduce((best, end) => (Math.abs(end - at) < Math.abs(best - at) ? end : best), first);
  }
  return isLowSurrogate(text.charCodeAt(at)) ? at - 1 : at;
}

function spokenLength(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index += 1) length += lengthOf(text.charCodeAt(index));
  return length;
}

/** Returns how many letters take as long to speak as this character. */
function lengthOf(code: number): number {
  return isWide(code) ? WIDE_CHARACTER : 1;
}

/** Whether it is a character of Korean, Japanese or Chinese; rarer ones are pairs of two. */
function isWide(code: number): boolean {
  return (code >= 0x3000 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || isHangul(code);
}

function isHangul(code: number): boolean {
  return code >= 0xac00 && code <= 0xd7a3;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
