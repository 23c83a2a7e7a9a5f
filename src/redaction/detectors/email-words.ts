/**
 * Spoken signs of an address in English, Dutch, German, French, Spanish and Italian, folded: lower
 * case, no accents.
 */
const DOT = 'dot punt punkt point punto stip';
const DASH =
  'dash hyphen minus streepje koppelteken minteken minusteken bindestrich strich tiret guion trattino meno moins menos';
const LINE = 'underscore unterstrich underscor';
const PLUS = 'plus mas piu';

/** Signs in two or three words: "laag streepje", "tiret bas", "trait d union". */
const PHRASES = [
  'laag streepje',
  'liggend streepje',
  'lage streep',
  'tiret bas',
  'tiret du bas',
  'trait d union',
  'guion bajo',
  'guion medio',
  'trattino basso',
  'under score',
  'full stop',
];

export const DOT_WORDS: ReadonlySet<string> = new Set(DOT.split(' '));
export const DASH_WORDS: ReadonlySet<string> = new Set(DASH.split(' '));
/** Signs that may be in the local part. */
export const SIGN_WORDS: ReadonlySet<string> = new Set([DOT, DASH, LINE, PLUS].join(' ').split(' '));
export const SIGN_PHRASES: readonly (readonly string[])[] = PHRASES.map((phrase) => phrase.split(' '));

/**
 * Words for a dot in languages other than English; an "at" before them is the sign, not the English
 * preposition.
 */
export const FOREIGN_DOT = /(?<!\p{L})(?:punt|punkt|point|punto)(?!\p{L})/iu;

const AT_NAMES =
  'apen?staart(?:je)?|at-?teken|arr?obas(?:e|ca)?|a commercial|chiocciol(?:a|ina)|arroba|klammeraffen?|affenschwanz|at[ -]?zeichen|at[ -](?:sign|symbol)|ät|snabel-?a';

/**
 * Matches the sign itself, its names, and "at" in brackets with the spaces around it, which are
 * unambiguous, and "at" as a word, which is ambiguous.
 */
export const AT_SIGNS = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:(?<name>${AT_NAMES})|(?<at>at))(?![\\p{L}\\p{N}])|(?<bracketed>[([{<] ?(?:at|ät|@|arroba|arobase) ?[)\\]}>])|(?<sign>@)`,
  'giu',
);

/** Mail providers; after "at", they indicate a mail address rather than a location or a website. */
export const PROVIDERS: ReadonlySet<string> = new Set(
  `gmail googlemail hotmail outlook live msn yahoo ymail icloud me mac proton protonmail pm tuta tutanota aol fastmail hey zoho
  ziggo kpnmail kpn planet xs4all hetnet telfort upcmail casema quicknet home chello telenet skynet proximus scarlet gmx web
  tonline freenet arcor posteo mailbox orange wanadoo free sfr laposte bbox neuf libero virgilio tiscali alice tin fastwebnet
  aruba telefonica movistar btinternet btopenworld sky virginmedia talktalk comcast verizon att mail`.split(
    /\s+/,
  ),
);

/**
 * Top-level domains of the supported and other countries, and generic ones, including those for
 * documentation.
 */
export const TOP_LEVELS: ReadonlySet<string> = new Set(
  `nl be de fr es it uk us eu com net org info biz edu gov mil int io co me tv cc ai app dev xyz online site shop store tech
  cloud email mail nu name pro mobi cat gal eus bzh brussels vlaanderen gent amsterdam frl berlin hamburg bayern koeln
  cologne paris london wales scot at ch li lu ie pt dk se no fi pl cz sk hu ro bg gr hr si ee lv lt is mt cy tr ua ru ca au
  nz jp cn in br mx ar cl za example test invalid education school foundation ngo ong coop museum law legal health care`.split(
    /\s+/,
  ),
);

/** Matches a cue that an address follows. */
export const MAIL_CUE =
  /(?<!\p{L})(?:e-?mail\p{L}*|mail|mails|mailen|mailt|gemaild|mailadres\p{L}*|mailtje|address|adres|adresse|indirizzo|correo|courriel|mél|write|writes|contact|reach|send|sends|sent|drop|stuur\p{L}*|schick\p{L}*|envoy\p{L}*|envía\p{L}*|mand[ai]\p{L}*|schrijf|schreib\p{L}*|écri\p{L}*|scriv\p{L}*|escrib\p{L}*)(?!\p{L})/iu;

/**
 * Words between a cue and an address; the words after them belong to the address, if the "at" sign
 * is near.
 */
export const INTRODUCERS: ReadonlySet<string> = new Set(
  `is naar op to at es est ist e a an unter auf lautet luidt via adres address adresse email mail emailadres mailadres correo
  courriel indirizzo dan namelijk namlich aan sur en su met por it s`.split(/\s+/),
);

/** Words before "at" that are never a local part: "find us at example dot com". */
export const NO_LOCAL_PARTS: ReadonlySet<string> = new Set(
  `me us him her them you it one look looks looking looked find found available website site page visit online here there out
  back is are was were be been located hosted meet met starts start arrive arrived good bad great not working works worked
  work live lives stay read see more and or the a an this that everything everyone people shop buy sold sell listen watch
  register registered sign up bought ordered order download posted published him`.split(/\s+/),
);
